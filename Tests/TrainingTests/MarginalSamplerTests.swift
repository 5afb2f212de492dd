import Search
import Supernet
import Testing
import Training

/// That training with it is the same on any number of ranks, resumed, and in plain loops is tested with all methods.
@Suite struct MarginalSamplerTests {
  private let space: SearchSpace
  private let settings = MarginalSampler.Settings(
    count: 4, distills: true, budget: 106_000_000, totalSteps: 1000)

  init() throws {
    space = try SearchSpace(
      Architecture.named(
        "cbm-mobilenet", image: FeatureShape(channels: 3, height: 32, width: 32), classes: 10))
  }

  /// Wide widths of the first groups had low losses; of the last group all are alike.
  private var records: LossRecords {
    var records = LossRecords(of: space, settings: LossRecords.Settings(kept: 4, part: 1))
    for bins in 1...4 {
      for last in 1...4 {
        records.add(
          2 - 0.2 * Double(bins), of: Widths(bins: Array(repeating: bins, count: 6) + [last]))
      }
    }
    return records
  }

  @Test func temperaturesAreThePublishedOnes() {
    #expect([0, 0.1, 0.249].allSatisfy { MarginalSampler.temperature(at: $0) == nil })
    for (part, expected) in [(0.25, 1.0), (0.3, 0.01), (0.5, 0.001), (1, 0.0005)] {
      let found = MarginalSampler.temperature(at: part)
      #expect(found.map { abs($0 / expected - 1) < 1e-12 } == true)
    }
    // Half way in the logarithm: a tenth of 0.1, and so on.
    let between = MarginalSampler.temperature(at: 0.275)
    #expect(between.map { abs($0 / 0.1 - 1) < 1e-9 } == true)
  }

  @Test func theWarmUpDrawsAllWidthsAlike() throws {
    let sampler = try MarginalSampler(space: space, settings: settings, seed: 1)
    for (step, records) in [(0, records), (249, records), (999, nil)] as [(Int, LossRecords?)] {
      #expect(sampler.probabilities(at: step, records).joined().allSatisfy { $0 == 0.25 })
    }
  }

  /// In the end the networks drawn are those that decoding finds, under the budget.
  @Test func theEndDrawsTheOptimum() throws {
    let sampler = try MarginalSampler(space: space, settings: settings, seed: 1)
    let cost = CostModel(space)
    let field = try WidthField(
      choices: space.choices, worth: records.worth, cost: cost.product)
    let optimum = try #require(field.best(atMost: Double(settings.budget)))
    let passes = (990..<1000).map { sampler.passes(at: $0, knowing: records) }
    for pass in passes {
      #expect(pass.count == 4)
      #expect(pass.map(\.isRecorded) == [false, true, true, false])
      #expect(pass.map(\.target) == [.labels, .teacher, .teacher, .teacher])
      #expect(
        pass[0].candidates == [space.fullWidths] && pass[3].candidates == [space.lowestWidths])
    }
    let drawn = passes.flatMap { $0[1...2].flatMap(\.candidates) }
    let near = drawn.count { widths in
      zip(widths.bins, optimum.bins).count { $0 != $1 } <= 2
    }
    #expect(near >= 15, "\(drawn) around \(optimum)")
  }

  /// In between they are drawn by the field's marginals.
  @Test func drawsFollowTheMarginals() throws {
    let sampler = try MarginalSampler(space: space, settings: settings, seed: 1)
    let marginals = sampler.probabilities(at: 295, records)
    var counts = marginals.map { $0.map { _ in 0.0 } }
    // Other seeds at one step, so that the temperature stays.
    for seed in 0..<1000 as Range<UInt64> {
      let other = try MarginalSampler(space: space, settings: settings, seed: seed)
      for widths in other.passes(at: 295, knowing: records)[1...2].flatMap(\.candidates) {
        for (group, bins) in widths.bins.enumerated() { counts[group][bins - 1] += 1 / 2000 }
      }
    }
    for (found, expected) in zip(counts.joined(), marginals.joined()) {
      #expect(abs(found - expected) < 0.05)
    }
    #expect(marginals.joined().contains { $0 > 0.4 })
  }
}
