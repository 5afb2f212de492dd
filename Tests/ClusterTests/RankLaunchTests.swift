import Foundation
import TestSupport
import Testing

/// Starts this test binary under mpirun, as `launch/test-ranks` does for every number of ranks.
@Suite(.serialized, .enabled(if: Launcher.isUsable, "mpirun is missing, or runs these tests"))
struct RankLaunchTests {
  @Test func twoProcessesKeepEveryPromise() throws {
    let job = try Launcher.run(ranks: 2, suite: "MPICommunicatorTests")
    #expect(job.exitCode == 0, "\(job.output)")
    #expect(job.output.components(separatedBy: "Test run with 3 tests").count == 3)
  }

  @Test func anAbortingRankEndsTheJobWithItsCode() throws {
    let job = try Launcher.run(ranks: 2, suite: "LaunchProbes", probe: "abort")
    #expect(job.exitCode == 70, "\(job.output)")
  }

  @Test func aRankThatNeverFinalizesIsMissedAtTheDeadline() throws {
    let job = try Launcher.run(ranks: 2, suite: "LaunchProbes", probe: "absence")
    #expect(job.exitCode == 75, "\(job.output)")
  }
}

/// mpirun, started on the binary that runs now.
enum Launcher {
  /// Read while the tests are planned: MPI changes the environment of this process when a test
  /// starts it.
  static let environment = ProcessInfo.processInfo.environment

  static var isUsable: Bool {
    environment["OMPI_COMM_WORLD_SIZE"] == nil && mpirun != nil
  }

  private static let mpirun = (environment["PATH"] ?? "").split(separator: ":")
    .map { "\($0)/mpirun" }.first { FileManager.default.isExecutableFile(atPath: $0) }

  static func run(
    ranks: Int, suite: String, probe: String? = nil
  ) throws -> (exitCode: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: Self.mpirun!)
    process.arguments = [
      "--oversubscribe", "--timeout", "300", "-n", "\(ranks)", CommandLine.arguments[0],
      "--testing-library", "swift-testing", "--no-parallel", "--filter", suite,
    ]
    process.environment = environment.merging([
      "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
      LaunchProbes.variable: probe ?? "none",
    ]) { $1 }
    let output = try printed(by: process, withErrors: true)
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}
