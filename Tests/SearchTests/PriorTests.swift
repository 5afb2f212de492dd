import Foundation
import Randomness
import Search
import Testing

/// Sums of products, by definition over all networks.
private func enumeratedMean(_ cost: ProductCost, _ probabilities: [[Double]]) -> Double {
  everyCombination(cost.factors.map { 0...$0.count - 1 }).reduce(0) { sum, places in
    let value = cost.terms.reduce(0.0) { sum, term in
      sum + term.groups.reduce(term.coefficient) { $0 * cost.factors[$1][places[$1]] }
    }
    return sum
      + places.enumerated().reduce(value) { $0 * probabilities[$1.offset][$1.element] }
  }
}

private func someProbabilities(_ counts: [Int], seed: UInt64) -> [[Double]] {
  var random = RandomStream(seed: seed, purpose: .testing)
  return counts.map { count in
    let parts = (0..<count).map { _ in Double(random.uniform()) + 0.05 }
    return parts.map { $0 / parts.reduce(0, +) }
  }
}

/// Three groups of 3, 2 and 4 widths, with a constant, single groups, pairs and a square.
private let mixed = ProductCost(
  terms: [
    .init(coefficient: 7, groups: []), .init(coefficient: 3, groups: [0]),
    .init(coefficient: 2, groups: [0, 1]), .init(coefficient: 1.5, groups: [1, 1]),
    .init(coefficient: 0.5, groups: [1, 2]), .init(coefficient: 4, groups: [2]),
  ], factors: [[1, 2, 4], [3, 5], [1, 3, 4, 9]])

@Suite struct ProductCostTests {
  @Test(arguments: 0..<5 as Range<UInt64>)
  func theMeanIsThatOfAllNetworks(seed: UInt64) {
    let probabilities = someProbabilities([3, 2, 4], seed: seed)
    let expected = enumeratedMean(mixed, probabilities)
    #expect(abs(mixed.mean(probabilities) - expected) < 1e-12 * expected)
  }

  /// One certain network costs what it costs: 7 + 3 * 4 + 2 * 4 * 5 + 1.5 * 25 + 0.5 * 5 * 3 + 4 * 3.
  @Test func aCertainNetworkCostsWhatItCosts() {
    #expect(mixed.mean([[0, 0, 1], [0, 1], [0, 1, 0, 0]]) == 116)
  }
}

@Suite struct PriorProblemTests {
  /// Costs that add up, one unit a bin.
  private func sum(_ groups: Int, widths: Int) -> ProductCost {
    ProductCost(
      terms: (0..<groups).map { .init(coefficient: 1, groups: [$0]) },
      factors: Array(repeating: (1...widths).map(Double.init), count: groups))
  }

  private func expectedLoss(_ problem: PriorProblem, _ prior: WidthPrior) -> Double {
    zip(problem.losses, prior.probabilities).reduce(0) { sum, group in
      sum + zip(group.0, group.1).reduce(0) { $0 + $1.0 * $1.1 }
    } / Double(problem.losses.count)
  }

  /// Two groups of widths 1 and 2 and a budget of 3.5.
  ///
  /// With p and q the chances of width 2, p + q = 1.5. Width 2 saves 0.4 in the first group and 0.1 in the second, so
  /// p = 1 and q = 0.5.
  @Test func theOptimumByHandIsFound() {
    let problem = PriorProblem(
      losses: [[1.4, 1], [1.1, 1]], cost: sum(2, widths: 2), budget: 3.5)
    let found = problem.solved().probabilities
    #expect(abs(found[0][1] - 1) < 0.02 && abs(found[1][1] - 0.5) < 0.05)
    // The other way round, the other group gets the bins.
    let swapped = PriorProblem(
      losses: [[1.1, 1], [1.4, 1]], cost: sum(2, widths: 2), budget: 3.5)
    #expect(abs(swapped.solved().probabilities[1][1] - 1) < 0.02)
  }

  /// A square and a pair: 2 c0^2 + c0 c1 with widths 1 and 2.
  ///
  /// If the first group's width 2 is certain, the cost is 8 + 2 (1 + q), so q = 0.25. Few small steps lead near that
  /// corner, not into it.
  @Test func theOptimumOfAProductByHandIsFound() {
    let cost = ProductCost(
      terms: [.init(coefficient: 2, groups: [0, 0]), .init(coefficient: 1, groups: [0, 1])],
      factors: [[1, 2], [1, 2]])
    let problem = PriorProblem(losses: [[2, 1], [1.02, 1]], cost: cost, budget: 10.5)
    let found = problem.solved().probabilities
    #expect(found[0][1] > 0.95 && abs(found[1][1] - 0.25) < 0.2)
  }

  /// Without a difference in losses, widths that cost the same are as likely in one group as in another.
  @Test func equalLossesLeaveOnlyTheBudget() {
    let losses = Array(repeating: [Double](repeating: 1, count: 4), count: 3)
    let problem = PriorProblem(losses: losses, cost: sum(3, widths: 4), budget: 9)
    let found = problem.solved().probabilities
    #expect(found[0] == found[1] && found[1] == found[2])
    let mean = zip(found[0], 1...4).reduce(0) { $0 + $1.0 * Double($1.1) }
    #expect(abs(mean - 3) < 0.03)
    #expect(found[0][0] > 0.02, "no width is ruled out by nothing")
  }

  @Test(arguments: 0..<3 as Range<UInt64>)
  func theGradientMeetsFiniteDifferences(seed: UInt64) {
    var random = RandomStream(seed: seed, purpose: .testing, step: 1)
    let numbers = [3, 2, 4].map { count in (0..<count).map { _ in Double(random.normal()) } }
    let problem = PriorProblem(
      losses: someProbabilities([3, 2, 4], seed: seed + 9), cost: mixed, budget: 60)
    for weight in [0, 1, 30.0] {
      let slopes = problem.objective(numbers, weight: weight).slopes
      for group in numbers.indices {
        for place in numbers[group].indices {
          func value(_ h: Double) -> Double {
            var moved = numbers
            moved[group][place] += h
            return problem.objective(moved, weight: weight).value
          }
          let difference = (value(1e-5) - value(-1e-5)) / 2e-5
          #expect(abs(difference - slopes[group][place]) < 1e-7 * (1 + weight))
        }
      }
    }
  }

  /// Losses that fall with width, noise on them, and budgets from end to end.
  @Test(arguments: [7, 15, 50, 80, 97, 100])
  func theBudgetIsMetOnAverage(percent: Int) throws {
    let problem = try benchProblem(percent: percent)
    let prior = problem.solved()
    #expect(abs(problem.cost.mean(prior.probabilities) / problem.budget - 1) <= 0.01)
    for group in prior.probabilities { #expect(abs(group.reduce(0, +) - 1) < 1e-12) }
    #expect(problem.solved() == prior)
  }

  /// Better than widths that only meet the budget, and yet not a single network.
  @Test func itIsBetterThanTheBudgetAloneAndStaysWide() throws {
    let problem = try benchProblem(percent: 50)
    let flat = PriorProblem(
      losses: problem.losses.map { $0.map { _ in 1 } }, cost: problem.cost, budget: problem.budget)
    let (prior, byBudget) = (problem.solved(), flat.solved())
    #expect(expectedLoss(problem, prior) < expectedLoss(problem, byBudget) - 0.001)
    let mostLikely = prior.probabilities.reduce(1) { $0 * ($1.max() ?? 0) }
    #expect(mostLikely < 0.2)
  }

  /// The benchmark's MobileNet, as `MobileNetCosts` has it.
  private func benchProblem(percent: Int) throws -> PriorProblem {
    var random = RandomStream(seed: 4, purpose: .testing)
    let losses = MobileNetCosts.choices.map { range in
      let worth = 0.05 + 0.1 * Double(random.uniform())
      return range.map { 1 + worth / Double($0) + 0.002 * Double(random.normal()) }
    }
    let cost = MobileNetCosts.product
    let widest = MobileNetCosts.macs([4, 4, 4, 4, 4, 4, 4])
    #expect(cost.mean(Array(repeating: [0, 0, 0, 1], count: 7)) == Double(widest))
    return PriorProblem(losses: losses, cost: cost, budget: Double(widest * percent / 100))
  }

  /// More than the widest network costs cannot be spent.
  @Test func aBudgetBeyondTheWidestNetworkMeansThatOne() {
    let problem = PriorProblem(losses: [[1, 2], [1, 2]], cost: sum(2, widths: 2), budget: 90)
    #expect(problem.budget == 4)
    #expect(problem.solved().probabilities.allSatisfy { $0[1] > 0.9 })
  }

  @Test func aBudgetOfNothingIsACallersMistake() async {
    await #expect(processExitsWith: .failure) {
      let cost = ProductCost(terms: [.init(coefficient: 1, groups: [0])], factors: [[1, 2]])
      _ = PriorProblem(losses: [[1, 2]], cost: cost, budget: 0)
    }
  }
}

extension MobileNetCosts {
  /// `macs` as products.
  static var product: ProductCost {
    let maxima = [128, 768, 768, 768, 256, 1536, 1024]
    func term(_ coefficient: Double, _ groups: Int...) -> ProductCost.Term {
      .init(coefficient: coefficient, groups: groups)
    }
    return ProductCost(
      terms: [
        term(256 * 27, 0), term(512, 0, 1), term(512, 0, 2), term(256 * 9, 1), term(256 * 9, 2),
        term(256, 0, 3), term(64 * 9, 3), term(64, 3, 4), term(128, 4, 5), term(64 * 9, 5),
        term(64, 4, 6), term(10, 6),
      ], factors: maxima.map { maximum in (1...4).map { Double($0 * maximum / 4) } })
  }
}

/// A search whose newcomers come from a prior.
@Suite struct PriorSearchTests {
  private let table = SyntheticTable(seed: 5)
  private static let settings = EvolutionSettings(
    population: 200, generations: 3, top: 4, mutations: 2, crossovers: 2, mutationProbability: 0.2)

  private static func search(
    _ prior: WidthPrior?, window: CostWindow = MobileNetCosts.halfBudget, seed: UInt64 = 1,
    settings: EvolutionSettings = PriorSearchTests.settings
  ) -> EvolutionarySearch {
    EvolutionarySearch(
      space: LegalSpace(choices: MobileNetCosts.choices, window: window), settings: settings,
      prior: prior, seed: seed)
  }

  /// Each group likes another width.
  private static let slanted = WidthPrior(
    probabilities: (0..<7).map { group in
      (0..<4).map { $0 == group % 4 ? 0.55 : 0.15 }
    })

  /// With no window all draws count: frequencies are the prior's, but for the few that come twice.
  @Test func widthsComeAsOftenAsThePriorSays() {
    let widest = MobileNetCosts.macs([4, 4, 4, 4, 4, 4, 4])
    var search = Self.search(Self.slanted, window: CostWindow(macs: 0...widest))
    let asked = search.ask(cost: MobileNetCosts.cost)
    #expect(asked.count == 200 && Set(asked.map(\.bins)).count == 200)
    for group in 0..<7 {
      for bins in 1...4 {
        let share = Double(asked.count { $0.bins[group] == bins }) / 200
        // Five standard deviations, and a little for what was not drawn twice.
        #expect(
          abs(share - Self.slanted.probabilities[group][bins - 1]) < 0.19, "\(group), \(bins)")
      }
      let liked = asked.count { $0.bins[group] == group % 4 + 1 }
      #expect(liked > 85, "of 200, where chance alone gives 50 and the prior 110")
    }
  }

  /// The first generation, and the rest beyond the children in later ones.
  @Test func newcomersOfEveryGenerationAreLegalAndLikeThePrior() {
    var (search, plain) = (Self.search(Self.slanted), Self.search(nil))
    let generations = search.runToTheEnd(cost: MobileNetCosts.cost, score: table.score)
    let without = plain.runToTheEnd(cost: MobileNetCosts.cost, score: table.score)
    #expect(Set(generations.joined().map(\.bins)).count == 600)
    #expect(generations.joined().allSatisfy { MobileNetCosts.halfBudget.contains($0.cost) })
    func liked(_ candidates: [Candidate]) -> Int {
      candidates.dropFirst(4).reduce(0) { sum, candidate in
        sum + candidate.bins.enumerated().count { $0.element == $0.offset % 4 + 1 }
      }
    }
    for (own, other) in zip(generations, without) {
      #expect(own.count == 200)
      #expect(Double(liked(own)) > 1.3 * Double(liked(other)))
    }
  }

  /// A prior that is nearly one network, or one outside of the window, leaves the rest to chance.
  @Test(arguments: [1, 4])
  func whereThePriorHasNoMoreAllLegalNetworksTakeOver(bins: Int) {
    let certain = WidthPrior(
      probabilities: Array(
        repeating: (1...4).map { $0 == bins ? 1 : 0 }, count: 7))
    var search = Self.search(certain)
    let generations = search.runToTheEnd(cost: MobileNetCosts.cost, score: table.score)
    #expect(generations.map(\.count) == [200, 200, 200])
    #expect(Set(generations.joined().map(\.bins)).count == 600)
    #expect(generations.joined().allSatisfy { MobileNetCosts.halfBudget.contains($0.cost) })
  }

  /// Two groups of two widths: the prior's networks come first, then what else is legal, then nothing.
  @Test func aSmallSpaceIsAskedWhole() {
    var search = EvolutionarySearch(
      space: LegalSpace(choices: [1...2, 2...3], window: 0...9),
      settings: EvolutionSettings(
        population: 3, generations: 9, top: 1, mutations: 0, crossovers: 0, mutationProbability: 1),
      prior: WidthPrior(probabilities: [[0, 1], [0.5, 0.5]]), seed: 1)
    let generations = search.runToTheEnd(cost: sumOfBins) { _ in
      Score(accuracy: 0.5, loss: 1)
    }
    #expect(generations.map(\.count) == [3, 1])
    #expect(Set(generations[0].prefix(2).map(\.bins)) == [[2, 2], [2, 3]])
    #expect(Set(generations.joined().map(\.bins)) == [[1, 2], [1, 3], [2, 2], [2, 3]])
  }

  /// Genes that a mutation draws anew, as BCNetV2's released code does it: of those that are not as the prior likes them
  /// best, 55 in 85 become so, where chance alone gives one in three.
  @Test(arguments: [false, true]) func mutationsComeFromThePriorWhereSaid(byPrior: Bool) throws {
    let settings = EvolutionSettings(
      population: 200, generations: 2, top: 1, mutations: 200, crossovers: 0,
      mutationProbability: 0.5, mutatesByPrior: byPrior)
    let widest = MobileNetCosts.macs([4, 4, 4, 4, 4, 4, 4])
    var search = Self.search(
      Self.slanted, window: CostWindow(macs: 0...widest), settings: settings)
    search.tell(search.ask(cost: MobileNetCosts.cost).map { table.score($0.bins) })
    let parent = try #require(search.best).candidate.bins
    let children = search.ask(cost: MobileNetCosts.cost).map(\.bins)
    let open = parent.indices.filter { parent[$0] != $0 % 4 + 1 }
    let changed = open.flatMap { group in
      children.map { $0[group] }.filter { $0 != parent[group] }.map { $0 == group % 4 + 1 }
    }
    let share = Double(changed.count { $0 }) / Double(changed.count)
    #expect(changed.count > 100)
    #expect(byPrior ? 0.55...0.75 ~= share : 0.25...0.43 ~= share, "\(share)")
  }

  @Test func equalSeedsGiveEqualGenerationsAndOthersDoNot() {
    let runs = [1, 1, 2].map { (seed: UInt64) in
      var search = Self.search(Self.slanted, seed: seed)
      return search.runToTheEnd(cost: MobileNetCosts.cost, score: table.score)
    }
    #expect(runs[0] == runs[1])
    #expect(runs[0][0] != runs[2][0])
  }

  @Test(arguments: 0..<6, [false, true])
  func goesOnUnchangedThroughAnEncoding(interruptedAt generation: Int, asked: Bool) throws {
    try Self.search(Self.slanted, settings: .short).expectUnchangedThroughAnEncoding(
      interruptedAt: generation, asked: asked, table)
  }

  @Test func aPriorOfAnotherSpaceIsACallersMistake() async {
    await #expect(processExitsWith: .failure) {
      _ = EvolutionarySearch(
        space: LegalSpace(choices: [1...2, 1...2], window: 0...9), settings: .short,
        prior: WidthPrior(probabilities: [[1, 0], [1, 0, 0]]), seed: 1)
    }
  }
}
