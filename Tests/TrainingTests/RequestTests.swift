import Cluster
import Testing
import Training

@Suite struct RequestTests {
  /// One rank is asked; all report it after the same step, and nobody after another.
  @Test(arguments: 1...4) func aRequestToOneRankReachesAllAtTheSameStep(ranks: Int) throws {
    for asked in 0..<ranks {
      let reports = try InProcessCluster.run(ranks: ranks) { communicator in
        let trainer = try SmallTraining().trainer(communicator)
        return try [RunRequest.none, .checkpoint, .none, .stop, .none].map { request in
          try trainer.advance(request: communicator.rank == asked ? request : .none).request
        }
      }
      for report in reports { #expect(report == [.none, .checkpoint, .none, .stop, .none]) }
    }
  }

  @Test func theStrongestRequestWins() throws {
    let reports = try InProcessCluster.run(ranks: 3) { communicator in
      let requests: [RunRequest] = [.checkpoint, .stop, .none]
      return try SmallTraining().trainer(communicator)
        .advance(request: requests[communicator.rank]).request
    }
    #expect(reports == [.stop, .stop, .stop])
  }
}
