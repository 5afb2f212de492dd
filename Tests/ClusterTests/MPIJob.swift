import Glibc
import MPICluster
import Synchronization

/// The one MPI session of the test process, left properly when it exits: a rank that leaves without
/// goodbye is an error for mpirun.
final class MPIJob: Sendable {
  static let shared = Result { try MPIJob() }

  let session: MPISession
  private let hasFailed = Mutex(false)

  private init() throws {
    session = try MPISession(deadline: .seconds(60))
    atexit { try? MPIJob.shared.get().leave() }
  }

  /// Runs a check on all ranks; after a failure ranks are out of step, so nothing more is tried.
  func run(_ check: ConformanceCheck) throws {
    if hasFailed.withLock({ $0 }) {
      throw ConformanceFailure(description: "not tried, since an earlier check failed")
    }
    do {
      try check.run(session.communicator)
    } catch {
      hasFailed.withLock { $0 = true }
      throw error
    }
  }

  private func leave() {
    if hasFailed.withLock({ $0 }) { session.abort(exitCode: 1) }
    do {
      try session.finalize()
    } catch {
      session.abort(exitCode: 1)
    }
  }
}
