import Search
import Supernet
import Testing
import Training

/// What a training recorded, as a search's problem.
@Suite struct PriorTests {
  /// A pair, a square (the sum binds both sides of "pointwise") and a depthwise layer, over all 16 networks.
  @Test(arguments: WeightSharingScheme.allCases)
  func expectedCostsAreThoseOfAllNetworks(_ scheme: WeightSharingScheme) throws {
    let space = try SmallTraining(method: TrainingMethod(scheme)).space()
    let cost = CostModel(space)
    #expect(cost.macTerms.contains { $0.groups == [0, 0] })
    let probabilities = [[0.1, 0.2, 0.3, 0.4], [0.4, 0.3, 0.05, 0.25]]
    var expected = 0.0
    for first in space.choices[0] {
      for second in space.choices[1] {
        expected +=
          Double(cost.macs(of: Widths(bins: [first, second])))
          * probabilities[0][first - 1] * probabilities[1][second - 1]
      }
    }
    #expect(abs(cost.product.mean(probabilities) - expected) < 1e-9 * expected)
  }

  /// A width that none of the best networks has: the worst of its group, or 10 as in BCNetV2's released code.
  @Test(arguments: [LossRecords.Settings.Competition.eachWidth, .allNetworks])
  func whatIsNotRecordedLooksBad(_ competition: LossRecords.Settings.Competition) throws {
    let space = try SmallTraining().space()
    var records = LossRecords(
      of: space, settings: LossRecords.Settings(kept: 2, part: 1, competition: competition))
    for (loss, bins) in [(1.5, [1, 1]), (0.5, [2, 2]), (0.75, [3, 2])] {
      records.add(loss, of: Widths(bins: bins))
    }
    let expected =
      switch competition {
      case .eachWidth: [[1.5, 0.5, 0.75, 1.5], [1.5, 0.625, 1.5, 1.5]]
      case .allNetworks: [[10, 0.5, 0.75, 10], [10, 0.625, 10, 10]]
      }
    #expect(PriorProblem(records, cost: CostModel(space), budget: 1000).losses == expected)
    #expect(records.worth == expected.map { $0.map { -$0 / 2 } })
    // Where nothing at all is known.
    let none = LossRecords(of: space, settings: LossRecords.Settings())
    #expect(none.estimates == [[0, 0, 0, 0], [0, 0, 0, 0]])
  }

  /// From the records alone, the same on every rank, at the budget's cost, and less of what trained badly.
  @Test func ranksAgreeOnThePrior() throws {
    let training = SmallTraining(
      schedule: .init(peak: 0.125, warmupSteps: 2, totalSteps: 24, curve: .linear(final: 0.0625)),
      recording: LossRecords.Settings(kept: 4, part: 1))
    let cost = CostModel(try training.space())
    let budget = cost.macs(of: Widths(bins: [3, 3]))
    func priors(ranks: Int) throws -> [WidthPrior] {
      try training.run(ranks: ranks) { trainer in
        _ = try Outcome(finishing: trainer)
        guard let records = trainer.records else { return WidthPrior(probabilities: []) }
        return PriorProblem(records, cost: cost, budget: budget).solved()
      }
    }
    let prior = try priors(ranks: 1)[0]
    #expect(abs(cost.product.mean(prior.probabilities) / Double(budget) - 1) <= 0.01)
    #expect(try priors(ranks: 3) == [prior, prior, prior])
  }
}
