import Supernet
import Testing

@Suite struct SamplingTests {
  private func space() throws -> SearchSpace {
    try SearchSpace(channelBench("cbm-mobilenet"))
  }

  @Test func aSandwichHasBothExtremesAndDistinctSamplesBetween() throws {
    let space = try space()
    let sampler = SandwichSampler(space: space, seed: 3, count: 5, distills: true)
    var between: Set<Widths> = []
    for step in 0..<50 {
      let passes = sampler.passes(at: step)
      #expect(passes.count == 5)
      #expect(passes[0] == SampledPass([space.fullWidths], isRecorded: false))
      #expect(passes[4] == SampledPass([space.lowestWidths], target: .teacher, isRecorded: false))
      for pass in passes[1...3] {
        #expect(pass.target == .teacher && pass.candidates.count == 1)
        between.formUnion(pass.candidates)
      }
    }
    // 150 of 16384 networks: hardly any twice.
    #expect(between.count > 145)
    let byLabels = SandwichSampler(space: space, seed: 3, count: 3, distills: false)
    #expect(byLabels.passes(at: 0).allSatisfy { $0.target == .labels })
  }

  /// A slimmable network trains all its multipliers in every step, a universally slimmable one some of them.
  @Test func oneMultiplierForAllLayers() throws {
    let ranges = [BinRange(total: 4), BinRange(lowest: 2, total: 3), BinRange(total: 8)]
    let space = try SearchSpace(HandMade.chain(24, 24, 24), ranges: ranges)
    let together = WidthSampler(space: space, layers: .together, seed: 5)
    let drawn = Set((0..<200).map { together.widths(at: $0) })
    // Eight multipliers; groups of two and of four widths take the nearest.
    #expect(
      drawn
        == Set(
          [
            [1, 2, 1], [1, 2, 2], [2, 2, 3], [2, 2, 4], [3, 3, 5], [3, 3, 6], [4, 3, 7], [4, 3, 8],
          ].map(Widths.init(bins:))))
    let slimmable = SandwichSampler(
      space: space, layers: .together, seed: 5, count: 8, distills: false)
    for step in 0..<5 {
      let widths = slimmable.passes(at: step).flatMap(\.candidates)
      #expect(widths.first == space.fullWidths && widths.last == space.lowestWidths)
      #expect(widths.count == 8 && Set(widths) == drawn)
    }
    let universal = SandwichSampler(
      space: space, layers: .together, seed: 5, count: 4, distills: true)
    let between = (0..<20).map { Set(universal.passes(at: $0)[1...2].flatMap(\.candidates)) }
    #expect(between.allSatisfy { $0.count == 2 && $0.isSubset(of: drawn) })
    #expect(Set(between).count > 5)
  }

  @Test func theFullNetworkTakesItsTurnAndTheOthersMissNothing() throws {
    let space = try space()
    let base = ComplementarySampler(space: space, seed: 3)
    let sampler = InterleavedSampler(space: space, base: base, fullNetworkEvery: 3)
    for round in 0..<10 {
      #expect(sampler.passes(at: 3 * round) == base.passes(at: 2 * round))
      #expect(sampler.passes(at: 3 * round + 1) == base.passes(at: 2 * round + 1))
      #expect(
        sampler.passes(at: 3 * round + 2) == [SampledPass([space.fullWidths], isRecorded: false)])
    }
  }

  @Test func attentionChoosesAmongNetworksOfOneCost() throws {
    let space = try space()
    let settings = AttentiveSampler.Settings(count: 4, candidates: 3, choice: .highestLoss)
    let sampler = AttentiveSampler(space: space, settings: settings, seed: 3)
    let prior = CostPrior(CostModel(space), levels: 25, seed: 3)
    var sameCost = 0
    for step in 0..<100 {
      let passes = sampler.passes(at: step)
      #expect(passes.count == 4 && passes[0].candidates == [space.fullWidths])
      #expect(passes[3].candidates == [space.lowestWidths])
      for pass in passes[1...2] {
        #expect(pass.candidates.count == 3 && pass.choice == .highestLoss)
        if Set(pass.candidates.map(prior.level(of:))).count == 1 { sameCost += 1 }
        #expect(pass.candidates.allSatisfy { (try? space.validate($0)) != nil })
      }
    }
    // The last of 101 tries is taken even where it misses.
    #expect(sameCost >= 195)
  }

  /// A predictor chooses among the very networks that the losses would choose from.
  @Test(arguments: [TrainingPass.Choice.lowestLoss, .highestLoss])
  func aPredictorJudgesTheSameCandidates(choice: TrainingPass.Choice) throws {
    let space = try space()
    let settings = AttentiveSampler.Settings(candidates: 20, choice: choice)
    let accuracy: @Sendable (Widths) -> Double = { Double($0.bins[0] * 10 + $0.bins[3]) }
    let byLoss = AttentiveSampler(space: space, settings: settings, seed: 4)
    let judged = AttentiveSampler(
      space: space, settings: settings, judge: .predictor(accuracy), seed: 4)
    for step in 0..<20 {
      for (drawn, chosen) in zip(byLoss.passes(at: step), judged.passes(at: step)) {
        let scores = drawn.candidates.map(accuracy)
        let extreme = choice == .lowestLoss ? scores.max() : scores.min()
        let first = scores.firstIndex { $0 == extreme }
        #expect(chosen.target == drawn.target)
        #expect(chosen.candidates == [drawn.candidates[try #require(first)]])
      }
    }
  }

  /// Costs come as often as uniform networks have them.
  @Test func theCostPriorFollowsUniformSampling() throws {
    let space = try space()
    let cost = CostModel(space)
    let settings = AttentiveSampler.Settings(count: 3, candidates: 1)
    let sampler = AttentiveSampler(space: space, settings: settings, seed: 4)
    let uniform = WidthSampler(space: space, seed: 5)
    let (attentive, plain) = (
      (0..<2_000).map { Double(cost.macs(of: sampler.passes(at: $0)[1].candidates[0])) / 1e6 },
      (0..<2_000).map { Double(cost.macs(of: uniform.widths(at: $0))) / 1e6 }
    )
    // Means of 84 with deviations of 0.8 each.
    #expect(abs(mean(attentive) - mean(plain)) < 4)
    let spread = deviation(attentive) / deviation(plain)
    #expect((0.9...1.1).contains(spread))
  }

  private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  private func deviation(_ values: [Double]) -> Double {
    let mean = mean(values)
    return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
  }
}
