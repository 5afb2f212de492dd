import Cluster
import Engine
import Supernet
import Testing
import Training

@Suite struct DivergenceTests {
  /// What a rank saw when its training stopped.
  private struct Stop: Equatable, Sendable {
    var error: TrainingError?
    var step: Int
    var isUnchanged: Bool
  }

  private func trainUntilItStops(_ trainer: Trainer) throws -> Stop {
    while true {
      let before = Weights(of: trainer)
      do {
        _ = try trainer.advance(request: .none)
      } catch {
        return Stop(
          error: error as? TrainingError, step: trainer.step,
          isUnchanged: Weights(of: trainer) == before)
      }
    }
  }

  @Test(arguments: TrainingMethod.published, [1, 2, 3, 4])
  func tooHighARateStopsAllRanksAtTheSameStep(_ method: TrainingMethod, ranks: Int) throws {
    var training = SmallTraining(method: method)
    training.schedule = LearningRateSchedule(
      peak: 1e30, warmupSteps: 0, totalSteps: 100, curve: .linear(final: 1e30))
    let stops = try training.run(ranks: ranks, trainUntilItStops)
    let alone = try training.run(trainUntilItStops)[0]
    #expect((1..<10).contains(alone.step))
    #expect(alone.error == .nonFiniteLoss(phase: "supernet", step: alone.step))
    #expect(alone.isUnchanged)
    #expect(stops == [Stop](repeating: alone, count: ranks))
  }

  /// Shards of only one rank are bad; those of the others are fine.
  @Test(arguments: [(2, 1), (4, 0), (4, 2)])
  func oneRanksBadShardStopsAll(ranks: Int, bad: Int) throws {
    let stops = try InProcessCluster.run(ranks: ranks) { communicator in
      let trainer = try SmallTraining().trainer(communicator)
      _ = try trainer.advance(request: .none)
      if communicator.rank == bad {
        trainer.parameters.withMutableElements { $0[0] = .infinity }
      }
      return try trainUntilItStops(trainer)
    }
    let expected = Stop(
      error: .nonFiniteLoss(phase: "supernet", step: 1), step: 1, isUnchanged: true)
    #expect(stops == [Stop](repeating: expected, count: ranks))
  }

  @Test func theMessageSaysWhereAndWhatToDo() {
    #expect(
      "\(TrainingError.nonFiniteLoss(phase: "supernet", step: 7))"
        == "the loss of supernet is not a finite number at step 7: the training has diverged, so "
        + "lower the learning rate or lengthen the warm-up; the last checkpoint is untouched")
    #expect(TrainingError.nonFiniteLoss(phase: "final", step: 0).exitCode == 70)
  }
}
