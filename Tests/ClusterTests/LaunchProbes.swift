import Cluster
import Foundation
import MPICluster
import Testing

/// How a job of two ranks ends badly; `RankLaunchTests` starts one and looks at mpirun's exit code.
struct LaunchProbes {
  static let variable = "VERNIER_LAUNCH_PROBE"

  @Test(.enabled(if: isAsked("abort"), "started by RankLaunchTests"))
  func rankOneAborts() throws {
    let session = try MPISession(deadline: .seconds(60))
    if session.communicator.rank == 1 { session.abort(exitCode: 70) }
    try session.communicator.barrier()
  }

  @Test(.enabled(if: isAsked("absence"), "started by RankLaunchTests"))
  func rankOneNeverFinalizes() throws {
    let session = try MPISession(deadline: .milliseconds(300))
    if session.communicator.rank == 1 { sleep(60) }
    let error = #expect(throws: ClusterError.self) { try session.finalize() }
    guard case .timeout(_, 0.3, nil) = error else { session.abort(exitCode: 1) }
    session.abort(exitCode: 75)
  }

  private static func isAsked(_ probe: String) -> Bool {
    Launcher.environment[variable] == probe
  }
}
