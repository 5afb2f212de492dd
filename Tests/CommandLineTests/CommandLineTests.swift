import Testing

/// The program as people use it: the real binary, real mpirun, temporary folders, what it prints and leaves.
///
/// One test after another, since each keeps all processors busy.
@Suite(.serialized) struct CommandLineTests {}
