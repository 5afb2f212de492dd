import Runs
import Supernet
import Testing
import Training

/// The least losses of each width, as a training keeps them.
///
/// That ranks, threads and stops change none of them is tested with the weights, by the same outcomes.
@Suite struct LossRecordTests {
  /// All steps' losses, sorted; from the trainer's reports, whose losses meet their twins elsewhere.
  @Test(arguments: TrainingMethod.all)
  func theyAreTheLeastOfTheLastSteps(_ method: TrainingMethod) throws {
    let training = SmallTraining(method: method)
    let (reports, kept) = try training.run(ranks: 2) { trainer in
      let reports = try (0..<6).map { _ in try trainer.advance(request: .none) }
      return (reports, trainer.records)
    }[0]
    let records = try #require(kept)
    let space = try training.space()
    #expect(records.choices == space.choices)
    // Networks that are trained in every step whatever they are worth do not count.
    let plan = try training.plan()
    let passes = (3..<6).flatMap { step in
      zip(reports[step].passes, plan.step(at: step).passes).filter { $0.1.isRecorded }.map { $0.0 }
    }
    for (group, range) in space.choices.enumerated() {
      for bins in range {
        let all = passes.filter { $0.widths.bins[group] == bins }.map(\.labelLoss)
        #expect(records.losses[group][bins - range.lowerBound] == Array(all.sorted().prefix(2)))
        let mean = records.means[group][bins - range.lowerBound]
        #expect((mean == nil) == all.isEmpty)
      }
    }
    #expect(records.losses.joined().contains { !$0.isEmpty })
  }

  /// The first of a pair is recorded as well as its complement.
  @Test func bothStepsOfAPairCount() throws {
    let recording = LossRecords.Settings(kept: 6, part: 1.0 / 3)
    let records = try SmallTraining(recording: recording).run { trainer in
      _ = try Outcome(finishing: trainer)
      return trainer.records
    }[0]
    let group = try #require(records).losses[0].map(\.count)
    #expect(group.reduce(0, +) == 2)
    let pair = try SmallTraining().plan()
    let bins = (4..<6).map { pair.step(at: $0).passes[0].candidates[0][0].widths.bins[0] }
    for kept in bins { #expect(group[kept - 1] >= 1) }
  }

  /// A teacher's soft targets are no measure of a width; the same network's labels are.
  @Test func ofADistilledNetworkTheLabelsLossIsKept() throws {
    let method = try #require(TrainingMethod.all.first { "\($0)".contains("ua, sandwich") })
    let training = SmallTraining(
      method: method, recording: LossRecords.Settings(kept: 9, part: 0.01))
    let (report, records) = try training.run { trainer in
      var last: StepReport?
      while !trainer.isFinished { last = try trainer.advance(request: .none) }
      return (last, trainer.records)
    }[0]
    let passes = try #require(report?.passes)
    let random = passes[1]
    let losses = try #require(records?.losses[0][random.widths.bins[0] - 1])
    #expect(random.loss != random.labelLoss)
    #expect(losses.contains(random.labelLoss) && !losses.contains(random.loss))
    // The widest and the narrowest are trained in every step, whatever they are worth.
    #expect(records?.losses[0].joined().count == passes.count - 2)
  }

  @Test func aTrainingThatKeepsNoneHasNone() throws {
    let records = try SmallTraining(recording: nil).run { trainer in
      _ = try Outcome(finishing: trainer)
      return trainer.records
    }
    #expect(records == [nil])
  }

  /// Other settings than the checkpoint's would mix what is kept.
  @Test(arguments: [nil, LossRecords.Settings(kept: 3, part: 0.5)])
  func aCheckpointOfOtherRecordsIsRefused(_ recording: LossRecords.Settings?) throws {
    try withTemporaryFolder { folder in
      let store = CheckpointStore(directory: folder, keep: 1)
      _ = try SmallTraining().run { trainer in
        _ = try trainer.advance(request: .none)
        try trainer.save(to: store)
      }
      let checkpoint = try #require(try store.newestIntact(phase: "supernet")).checkpoint
      _ = try SmallTraining(recording: recording).run { trainer in
        #expect(throws: RunError.self) { try trainer.load(checkpoint) }
      }
    }
  }
}
