import Cluster
import Engine
import Supernet
import Testing
import Training

@Suite struct RankInvarianceTests {
  @Test(arguments: TrainingMethod.all, [KernelChoice.auto, .portable])
  func ranksAndThreadsChangeNoBit(_ method: TrainingMethod, _ kernels: KernelChoice) throws {
    let training = SmallTraining(method: method, kernels: kernels)
    let alone = try training.run { try Outcome(finishing: $0) }[0]
    #expect(Set(alone.losses).count == 6)
    for (ranks, threads) in [(1, 2), (2, 1), (2, 2), (3, 1), (3, 2), (4, 1), (4, 2)] {
      let outcomes = try training.run(ranks: ranks, threads: threads) {
        try Outcome(finishing: $0)
      }
      for (rank, outcome) in outcomes.enumerated() {
        #expect(outcome == alone, "rank \(rank) of \(ranks) with \(threads) threads")
      }
    }
  }

  /// Six shards over four ranks: some own two, some one, and the tree is not balanced.
  @Test(arguments: [2, 4, 5])
  func shardsNeedNotDivideEvenly(ranks: Int) throws {
    let training = SmallTraining(shards: 6, globalBatch: 12)
    let alone = try training.run { try Outcome(finishing: $0) }[0]
    for outcome in try training.run(ranks: ranks, { try Outcome(finishing: $0) }) {
      #expect(outcome == alone)
    }
  }

  @Test func moreRanksThanShardsAreRefused() {
    #expect(throws: ClusterError.tooManyRanks(ranks: 3, shards: 2)) {
      try InProcessCluster.run(ranks: 3) { communicator in
        let training = SmallTraining(shards: 2)
        _ = try Trainer(
          phase: "supernet", space: try training.space(), plan: try training.plan(),
          recipe: training.recipe, seed: 1, loader: try training.loader(shards: 0..<1),
          communicator: communicator, context: try SmallTraining.context())
      }
    }
  }

  /// With two ranks each element that some subnet used goes out twice: as a part and as a sum.
  @Test(arguments: [TrainingMethod(.ua), TrainingMethod(.bcnet)])
  func onlyWhatTheStepTouchedIsSent(_ method: TrainingMethod) throws {
    let training = SmallTraining(method: method)
    let sent = try training.run(ranks: 2) { trainer in
      try (0..<4).map { _ in try trainer.advance(request: .none).bytesSent }
    }
    let space = try training.space()
    let layout = ParameterLayout(space.architecture)
    let touched = try (0..<4).map { step in
      let passes = try training.plan().step(at: step).passes
      let subnets = passes.flatMap(\.candidates).joined().flatMap(\.subnets)
      return layout.touchedRanges(of: subnets, in: space).reduce(0) { $0 + $1.count }
    }
    #expect(zip(sent[0], sent[1]).map { $0 + $1 } == touched.map { 2 * 4 * $0 })
    #expect(Set(touched).count > 1)
    let alone = try training.run { try $0.advance(request: .none).bytesSent }
    #expect(alone == [0])
  }
}
