import Cluster
import Foundation
import Runs
import Supernet
import Testing
import Training

@Suite struct ResumeTests {
  /// A stop inside a complementary pair is one after an odd number of steps.
  @Test(arguments: TrainingMethod.all, [(1, 1, 3), (2, 4, 1), (3, 3, 2), (5, 2, 4)])
  func aStopAndAnotherNumberOfRanksChangeNoBit(
    _ method: TrainingMethod, _ stop: (step: Int, ranksBefore: Int, ranksAfter: Int)
  ) throws {
    try expectNoBitChanges(SmallTraining(method: method), stop)
  }

  /// While images are small, when they have just become large, and after.
  @Test(arguments: [(1, 1, 3), (2, 4, 1), (3, 3, 2)])
  func imagesMayGrow(_ stop: (step: Int, ranksBefore: Int, ranksAfter: Int)) throws {
    try expectNoBitChanges(
      SmallTraining(smallImages: TrainingRecipe.SmallImages(steps: 2, factor: 2)), stop)
  }

  private func expectNoBitChanges(
    _ training: SmallTraining, _ stop: (step: Int, ranksBefore: Int, ranksAfter: Int)
  ) throws {
    let whole = try training.run { try Outcome(finishing: $0) }[0]
    try withTemporaryFolder { folder in
      let store = CheckpointStore(directory: folder, keep: 2)
      _ = try InProcessCluster.run(ranks: stop.ranksBefore) { communicator in
        let trainer = try training.trainer(communicator)
        for _ in 0..<stop.step { _ = try trainer.advance(request: .none) }
        if communicator.rank == 0 { try trainer.save(to: store) }
      }
      let resumed = try InProcessCluster.run(ranks: stop.ranksAfter) { communicator in
        let trainer = try training.trainer(communicator)
        try resume(trainer, from: store, rank: communicator.rank)
        return (trainer.step, try Outcome(finishing: trainer))
      }
      for (step, outcome) in resumed {
        #expect(step == stop.step)
        #expect(outcome.weights == whole.weights)
        #expect(outcome.records == whole.records)
        #expect(outcome.losses == Array(whole.losses.dropFirst(stop.step)))
        #expect(outcome.accuracies == Array(whole.accuracies.dropFirst(stop.step)))
      }
    }
  }

  /// Only rank 0 reads the disk; what the others believe of the step is overruled.
  private func resume(_ trainer: Trainer, from store: CheckpointStore, rank: Int) throws {
    guard rank == 0 else { return try trainer.resume(at: 0) }
    let checkpoint = try #require(try store.newestIntact(phase: "supernet")).checkpoint
    try trainer.load(checkpoint)
    try trainer.resume(at: checkpoint.step)
  }

  @Test func aCheckpointSaysWhatItIs() throws {
    try withTemporaryFolder { folder in
      let store = CheckpointStore(directory: folder, keep: 1)
      let digest = try SmallTraining().run { trainer in
        _ = try trainer.advance(request: .none)
        try trainer.save(to: store)
        return parameterDigest(of: trainer.layout.views(of: trainer.parameters))
      }
      let checkpoint = try #require(try store.newestIntact(phase: "supernet")).checkpoint
      #expect(checkpoint.step == 1)
      let state = try checkpoint.state(as: TrainerState.self)
      #expect(state.network == "small" && state.totalSteps == 6)
      #expect(try checkpoint.parameterDigest(of: "parameters") == digest[0])
    }
  }

  /// Images that came or went alter the number of steps.
  @Test func aTrainingOfAnotherLengthIsNotGoneOnWith() throws {
    try withTemporaryFolder { folder in
      let store = CheckpointStore(directory: folder, keep: 1)
      _ = try SmallTraining().run { try $0.save(to: store) }
      let checkpoint = try #require(try store.newestIntact(phase: "supernet")).checkpoint
      var longer = SmallTraining()
      longer.schedule = LearningRateSchedule(
        peak: 0.125, warmupSteps: 2, totalSteps: 8, curve: .linear(final: 0.0625))
      _ = try longer.run { trainer in
        let error = #expect(throws: RunError.self) { try trainer.load(checkpoint) }
        #expect(error?.description.contains("of 6 steps and this one has 8") == true)
        #expect(error?.exitCode == 65)
      }
    }
  }

  @Test func aCheckpointBeyondTheEndIsRefusedOnEveryRank() throws {
    let errors = try SmallTraining().run(ranks: 3) { trainer in
      #expect(throws: TrainingError.self) { try trainer.resume(at: 7) }
    }
    let expected = TrainingError.foreignCheckpoint(phase: "supernet", step: 7, totalSteps: 6)
    #expect(errors == [expected, expected, expected])
    #expect(expected.exitCode == 65)
    let start = "the checkpoint of supernet is at step 7 of a training that has 6 steps; give it"
    #expect(expected.description.hasPrefix(start))
  }
}

/// A fresh folder that is gone when `body` is over.
func withTemporaryFolder(_ body: (String) throws -> Void) throws {
  let folder = NSTemporaryDirectory() + "vernier-training-" + UUID().uuidString
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  try body(folder)
}
