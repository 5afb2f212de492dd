@preconcurrency import Glibc

/// The C library's streams, which Swift sees as mutable globals.
var standardOutput: UnsafeMutablePointer<FILE> { stdout }
var standardError: UnsafeMutablePointer<FILE> { stderr }

/// Whether a person watches standard output on a terminal, directly or through a launcher.
///
/// Open MPI's `mpirun` gives its ranks a pseudo-terminal even when its own output goes to a file, so under a
/// launcher the question is where the launcher's output goes; one on another machine counts as no terminal.
var isWatchedOnTerminal: Bool {
  guard isatty(STDOUT_FILENO) == 1 else { return false }
  guard getenv("OMPI_COMM_WORLD_SIZE") != nil || getenv("PMIX_RANK") != nil else { return true }
  let descriptor = open("/proc/\(getppid())/fd/1", O_WRONLY | O_NOCTTY)
  guard descriptor >= 0 else { return false }
  defer { close(descriptor) }
  return isatty(descriptor) == 1
}

/// Writes text to standard output at once.
func show(_ text: String, terminator: String = "\n") {
  fputs(text + terminator, standardOutput)
  fflush(standardOutput)
}
