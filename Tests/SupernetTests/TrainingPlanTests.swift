import Supernet
import Testing

@Suite struct TrainingPlanTests {
  private func plan(_ scheme: WeightSharingScheme, seed: UInt64) throws -> TrainingPlan {
    let space = try SearchSpace(channelBench("cbm-resnet"))
    return TrainingPlan(
      space: space, sharing: scheme.sharing,
      sampler: scheme == .ua || scheme == .cafenet
        ? WidthSampler(space: space, seed: seed) : ComplementarySampler(space: space, seed: seed),
      seed: seed)
  }

  @Test(arguments: WeightSharingScheme.allCases)
  func aStepIsTheSameInAnyOrderAndOnAnyRank(scheme: WeightSharingScheme) throws {
    let plan = try plan(scheme, seed: 5)
    let forward = (0..<40).map { plan.step(at: $0) }
    let other = try self.plan(scheme, seed: 5)
    #expect((0..<40).reversed().map { other.step(at: $0) } == forward.reversed())
    let moved = try self.plan(scheme, seed: 6)
    #expect((0..<40).map { moved.step(at: $0) } != forward)
  }

  @Test func uaTrainsANewSampleEachStep() throws {
    let plan = try plan(.ua, seed: 5)
    let sampler = WidthSampler(space: try SearchSpace(channelBench("cbm-resnet")), seed: 5)
    for step in 0..<20 {
      #expect(plan.step(at: step).onlyWidths == sampler.widths(at: step))
    }
  }

  @Test func bcnetTrainsASampleAndThenItsComplement() throws {
    let plan = try plan(.bcnet, seed: 5)
    let sampler = WidthSampler(space: try SearchSpace(channelBench("cbm-resnet")), seed: 5)
    for sample in 0..<20 {
      let widths = sampler.widths(at: sample)
      let complement = Widths(bins: widths.bins.map { $0 == 4 ? 4 : 4 - $0 })
      #expect(plan.step(at: 2 * sample).onlyWidths == widths)
      #expect(plan.step(at: 2 * sample + 1).onlyWidths == complement)
    }
  }

  @Test func samplesAreUniformAndGroupsIndependent() throws {
    let space = try SearchSpace(HandMade.chain(8, 9), ranges: [4, 5].map { BinRange(total: $0) })
    let sampler = WidthSampler(space: space, seed: 17)
    var counts: [Widths: Int] = [:]
    for sample in 0..<20_000 { counts[sampler.widths(at: sample), default: 0] += 1 }
    #expect(Set(counts.keys) == Set(allWidths(in: space)))
    // Each of the 20 candidates is expected 1000 times, with a standard deviation of 31.
    for (widths, count) in counts { #expect(abs(count - 1000) < 125, "\(widths): \(count)") }
  }
}

extension TrainingStep {
  /// The widths of a step of one pass over one candidate.
  fileprivate var onlyWidths: Widths? {
    passes.count == 1 && passes[0].candidates.count == 1
      ? passes[0].candidates[0][0].widths : nil
  }
}
