import Cluster
import Testing

@Suite struct InProcessClusterTests {
  @Test(arguments: CommunicatorConformance.checks, 1...4)
  func keepsThePromise(_ check: ConformanceCheck, ranks: Int) throws {
    _ = try InProcessCluster.run(ranks: ranks, deadline: .seconds(60), check.run)
  }

  @Test func resultsComeInRankOrder() throws {
    let results = try InProcessCluster.run(ranks: 4) { 10 * $0.rank + $0.size }
    #expect(results == [4, 14, 24, 34])
  }

  /// Each of the others waits in another way; none may wait out its deadline.
  @Test func aFailingRankEndsTheWaitsOfTheOthers() {
    let start = ContinuousClock.now
    #expect(throws: PlantedError()) {
      try InProcessCluster.run(ranks: 5) { communicator in
        switch communicator.rank {
        case 0: _ = try communicator.receive(1, from: 4, tag: 0)
        case 1: _ = try communicator.nextMessage(tag: 0, wait: true)
        case 2: while true { _ = try communicator.nextMessage(tag: 0, wait: false) }
        case 3: try communicator.barrier()
        default: throw PlantedError()
        }
      }
    }
    #expect(ContinuousClock.now - start < .seconds(60))
  }

  @Test func theOthersLearnWhichRankFailed() throws {
    #expect(throws: PlantedError()) {
      try InProcessCluster.run(ranks: 3) { communicator in
        if communicator.rank == 1 { throw PlantedError() }
        let error = try communicator.error { () throws(ClusterError) in
          _ = try communicator.receive(1, from: 2 - communicator.rank, tag: 0)
        }
        try communicator.expect(error, equals: .peerFailed(rank: 1), "the error")
      }
    }
  }

  @Test func aTimeoutNamesTheWaitTheTimeAndTheRank() {
    let error = #expect(throws: ClusterError.self) {
      try InProcessCluster.run(ranks: 2, deadline: .milliseconds(200)) { communicator in
        if communicator.rank == 0 { _ = try communicator.receive(1, from: 1, tag: 12) }
      }
    }
    #expect(error?.description == "Waited 0.2 s in vain for rank 1 in a receive with tag 12.")
  }
}

private struct PlantedError: Error, Equatable {}
