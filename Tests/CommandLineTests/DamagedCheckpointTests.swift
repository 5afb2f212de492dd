import Foundation
import Testing

extension CommandLineTests {
  /// Checkpoints that are not as they were written, and trainings that must not be saved.
  @Suite struct DamagedCheckpointTests {
    @Test(.timeLimit(.minutes(5)), arguments: [nil, 2])
    func anOlderCheckpointIsUsedWithAWarning(ranks: Int?) throws {
      let place = try stopped()
      let newest = try #require(place.run.checkpoints().last)
      try damage(newest, in: place)
      let outcome = try place.vernier("run", "run.yaml", ranks: ranks)
      expectSuccess(outcome)
      #expect(outcome.complaints.count == 1, "\(outcome)")
      #expect(outcome.complaints.first?.contains("checkpoint \(newest) is damaged") == true)
      #expect(outcome.complaints.first?.contains("going on from supernet-step-") == true)
      #expect(try place.run.traces() == Reference.traces.get())
      #expect(try place.run.steps("train") == Array(1...TinySteps.supernet))
    }

    @Test(.timeLimit(.minutes(5)))
    func withNoIntactCheckpointTheRunIsRefused() throws {
      let place = try stopped()
      for name in place.run.checkpoints() { try damage(name, in: place) }
      let saved = place.run.checkpoints()
      for ranks in [nil, 2] {
        expectRefusal(
          try place.vernier("run", "run.yaml", ranks: ranks), code: 65,
          saying: try #require(saved.last), "is damaged", "no intact checkpoint")
      }
      #expect(place.run.checkpoints() == saved)
    }

    @Test(.timeLimit(.minutes(5)), arguments: [nil, 2])
    func aTrainingThatDivergesStopsBeforeItSavesNonsense(ranks: Int?) throws {
      let place = try Workplace()
      let outcome = try place.vernier(
        "run", "run.yaml", "--set", "supernet.optimizer.learning_rate=1000", "--set",
        "supernet.optimizer.weight_decay=0.9", "--set", "checkpoint.every=1st", ranks: ranks)
      expectRefusal(outcome, code: 70, saying: "supernet", "learning rate", "last checkpoint")
      #expect(place.run.status.hasPrefix("failed"))
      let newest = try #require(place.run.checkpoints().last)
      let step = try #require(Int(newest.suffix(8)))
      #expect(step > 0 && step < TinySteps.supernet)
      #expect(try place.run.hashes().contains("supernet step \(step)"))
    }

    /// A run that was killed with at least two checkpoints.
    private func stopped() throws -> Workplace {
      let place = try Workplace()
      try place.startUntil(work: 8).end()
      try #require(place.run.checkpoints(of: "supernet").count >= 2)
      return place
    }

    /// Flips one bit in the middle of the parameters.
    private func damage(_ checkpoint: String, in place: Workplace) throws {
      let file = URL(
        fileURLWithPath: "\(place.run.path)/checkpoints/\(checkpoint)/parameters.safetensors")
      var bytes = try Data(contentsOf: file)
      bytes[bytes.count / 2] ^= 0x10
      try bytes.write(to: file)
    }
  }
}
