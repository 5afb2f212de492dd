import Cluster
import Glibc
import MPIShims

/// MPI in this process, from its start to its end: at most one in a process's life.
///
/// Under a launcher (`mpirun`, `srun`) it joins the job's ranks; started by hand it is a job of one
/// rank. A program ends with `finalize()` on all ranks or, when any rank cannot go on, with
/// `abort(exitCode:)`: a rank that merely leaves makes the launcher end the others and report its
/// own idea of the reason.
public final class MPISession: Sendable {
  /// All ranks of the job.
  public let communicator: MPICommunicator
  /// Whether a launcher started this process.
  public let isUnderLauncher: Bool

  /// Starts MPI.
  ///
  /// - Parameter deadline: how long this rank waits for others in any one call.
  public init(deadline: Duration = .seconds(300)) throws(ClusterError) {
    // MPI sets such variables itself for a process started by hand, so they are read before.
    isUnderLauncher = Self.hasLauncherEnvironment()
    var handle: mpi_communicator = 0
    var rank: Int32 = 0
    var size: Int32 = 0
    var threadLevel: Int32 = 0
    try check(mpi_start(&handle, &rank, &size, &threadLevel), "MPI_Init_thread")
    guard mpi_threads_suffice(threadLevel) else {
      throw .library(
        call: "MPI_Init_thread", reason: "this MPI library allows calls from one thread only")
    }
    communicator = MPICommunicator(
      handle: handle, rank: Int(rank), size: Int(size), deadline: deadline)
  }

  /// The library's name and version, in one line.
  public static var libraryVersion: String {
    let text = text(mpi_describe_library)
    return String(text.prefix { !$0.isNewline && $0 != "," })
  }

  /// Ends MPI once every rank has come here; nothing of it may be used afterwards.
  ///
  /// Throws, instead of waiting for ever as MPI would, when a rank does not come within the
  /// deadline.
  public func finalize() throws(ClusterError) {
    try communicator.finishSends()
    try communicator.barrier()
    try check(mpi_finish(), "MPI_Finalize")
  }

  /// Ends the processes of all ranks at once; `mpirun` leaves with this code.
  public func abort(exitCode: Int32) -> Never {
    mpi_abort_job(exitCode)
    exit(exitCode)
  }

  private static func hasLauncherEnvironment() -> Bool {
    let names: [String] = ["OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"]
    return names.contains { getenv($0) != nil }
  }
}
