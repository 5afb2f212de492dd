import Foundation
import MPICluster
import Testing

/// Started by hand these are tests of a job of one rank; `launch/test-ranks` runs them under
/// mpirun.
@Suite(.serialized) struct MPICommunicatorTests {
  @Test(arguments: CommunicatorConformance.checks)
  func keepsThePromise(_ check: ConformanceCheck) throws {
    try MPIJob.shared.get().run(check)
  }

  @Test func theJobHasTheRanksThatTheLauncherStarted() throws {
    let session = try MPIJob.shared.get().session
    let launched = ProcessInfo.processInfo.environment["OMPI_COMM_WORLD_SIZE"]
    let wanted = session.isUnderLauncher ? launched.flatMap(Int.init) : 1
    #expect(session.communicator.size == wanted)
    #expect((0..<session.communicator.size).contains(session.communicator.rank))
  }

  @Test func theLibraryNamesItself() throws {
    _ = try MPIJob.shared.get()
    #expect(MPISession.libraryVersion.contains("MPI"))
    #expect(!MPISession.libraryVersion.contains("\n"))
  }
}
