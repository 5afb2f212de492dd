import Search
import Testing

/// Searches under a bound of parameters beside the window of MACs, by listing what is legal.
@Suite struct BudgetTests {
  private static let widest = MobileNetCosts.cost(MobileNetCosts.choices.map(\.upperBound))
  private static let all = everyCombination(MobileNetCosts.choices)

  /// Half of the MACs, and fewer parameters than most of the networks in there have.
  private static let both = CostWindow(
    macs: MobileNetCosts.halfBudget.macs, mostParameters: widest.parameters * 3 / 10)
  /// Any MACs.
  private static let parametersOnly = CostWindow(
    macs: 0...widest.macs, mostParameters: widest.parameters * 3 / 10)

  private static func searches(_ space: LegalSpace) -> [any CandidateSearch] {
    [
      EvolutionarySearch(
        space: space,
        settings: EvolutionSettings(
          population: 40, generations: 10, top: 10, mutations: 20, crossovers: 20,
          mutationProbability: 0.1), seed: 1),
      NonDominatedSearch(
        space: space, population: 40, generations: 10, mutationProbability: 0.1, seed: 1),
      RandomSearch(space: space, population: 40, generations: 5, seed: 1),
      PredictorGuidedSearch(
        space: space,
        settings: PredictorGuidedSearch.Settings(
          initial: 64, batch: 32, explored: 4, generations: 5), seed: 1),
    ]
  }

  /// Written again, so that no code of the window's own decides.
  private static func isLegal(_ bins: [Int], _ window: CostWindow) throws -> Bool {
    let most = try #require(window.mostParameters)
    return window.macs.lowerBound <= MobileNetCosts.macs(bins)
      && MobileNetCosts.macs(bins) <= window.macs.upperBound
      && MobileNetCosts.parameters(bins) <= most
  }

  @Test(arguments: [both, parametersOnly], 0..<4)
  func everythingAskedIsLegalInBoth(window: CostWindow, method: Int) throws {
    let legal = try Self.all.filter { try Self.isLegal($0, window) }
    let inMACs = Self.all.filter { window.macs.contains(MobileNetCosts.macs($0)) }
    try #require(legal.count > 100 && 2 * legal.count < inMACs.count, "the bound binds")
    let table = SyntheticTable(seed: 5)
    var search = Self.searches(LegalSpace(choices: MobileNetCosts.choices, window: window))[method]
    let asked = search.runToTheEnd(cost: MobileNetCosts.cost, score: table.score).joined()
    #expect(!asked.isEmpty && Set(asked.map(\.bins)).count == asked.count)
    for candidate in asked {
      #expect(try Self.isLegal(candidate.bins, window))
      #expect(candidate.cost == MobileNetCosts.cost(candidate.bins))
    }
    let optimum = try #require(legal.map { table.score($0).accuracy }.max())
    #expect(try optimum - #require(search.best).score.accuracy < 0.002)
  }

  /// Asked for more than there is, every search ends with exactly the legal networks.
  @Test(arguments: 0..<4)
  func nothingLegalIsMissed(method: Int) throws {
    let window = CostWindow(
      macs: Self.widest.macs * 45 / 100...Self.widest.macs / 2,
      mostParameters: Self.widest.parameters * 30 / 100)
    let legal = try Self.all.filter { try Self.isLegal($0, window) }
    try #require((10..<150).contains(legal.count), "\(legal.count)")
    var search = Self.searches(LegalSpace(choices: MobileNetCosts.choices, window: window))[method]
    let asked = search.runToTheEnd(cost: MobileNetCosts.cost) { _ in Score(accuracy: 0, loss: 0) }
    #expect(Set(asked.joined().map(\.bins)) == Set(legal))
  }

  /// A bin of the first group is all MACs, one of the second all parameters.
  private func twoKinds(_ bins: [Int]) -> NetworkCost {
    NetworkCost(macs: 10 * bins[0] + bins[1], parameters: bins[0] + 10 * bins[1])
  }

  @Test(arguments: [
    (CostWindow(macs: 0...23, mostParameters: 32), [2, 3]),
    (CostWindow(macs: 0...99, mostParameters: 24), [4, 2]),
    (CostWindow(macs: 0...14), [1, 4]),
    (CostWindow(macs: 0...99), [4, 4]),
  ])
  func slimmingStopsAtTheFirstThatMeetsBoth(window: CostWindow, expected: [Int]) {
    var search = GreedySearch(space: LegalSpace(choices: [1...4, 1...4], window: window))
    // What costs too much is worth nothing, so that the way goes straight.
    search.runToTheEnd(cost: twoKinds) { bins in
      let cost = twoKinds(bins)
      let isOver =
        (cost.macs > window.macs.upperBound ? 1 : 0)
        + (cost.parameters > window.mostParameters ?? .max ? 1 : 0)
      let excess = max(0, bins[0] - expected[0]) + max(0, bins[1] - expected[1])
      let missing = max(0, expected[0] - bins[0]) + max(0, expected[1] - bins[1])
      return Score(accuracy: 1 - Double(10 * missing + excess + isOver) / 100, loss: 0)
    }
    #expect(search.isFinished && search.best?.candidate.bins == expected)
    #expect(search.path.dropLast().allSatisfy { !window.contains($0.candidate.cost) })
  }

  @Test func aListIsAskedWhateverItCosts() {
    let listed = [[4, 4], [1, 1]].map { Candidate(bins: $0, cost: twoKinds($0)) }
    var search = ListedSearch(
      space: LegalSpace(choices: [1...4, 1...4], window: .everything), candidates: listed)
    #expect(search.ask(cost: twoKinds) == listed)
  }

  @Test(arguments: [
    (
      CostWindow(macs: 0...99, mostParameters: 10),
      "No width meets the budget of 10 parameters: the cheapest network of this space costs "
        + "11 parameters, so give at least that."
    ),
    (
      CostWindow(macs: 0...9, mostParameters: 99),
      "No width meets the budget of 9 MACs: the cheapest network of this space costs 11 MACs, so "
        + "give at least that."
    ),
    (
      CostWindow(macs: 0...9, mostParameters: 10),
      "No width meets the budget of 9 MACs and 10 parameters: the cheapest network of this space "
        + "costs 11 MACs and 11 parameters, so give at least that."
    ),
    (
      CostWindow(macs: 45...60, mostParameters: 99),
      "No width uses the 45 MACs the budget's lower end asks for: the widest network of this space "
        + "costs 44 MACs, so ask for at most that."
    ),
    (
      CostWindow(macs: 42...44, mostParameters: 23),
      "No width found with 42 to 44 MACs and at most 23 parameters, though either can be met alone: "
        + "give more parameters, or lower the least MACs."
    ),
    (
      CostWindow(macs: 15...19, mostParameters: 99),
      "No width found between 15 and 19 MACs, though this space spans 11 to 44 MACs: widen the "
        + "budget's range."
    ),
  ])
  func whatCannotBeMetIsNamed(window: CostWindow, sentence: String) {
    let space = LegalSpace(choices: [1...4, 1...4], window: window)
    #expect {
      try space.checkFeasible(cost: twoKinds)
    } throws: {
      "\($0)" == sentence
    }
    #expect(
      everyCombination([1...4, 1...4]).allSatisfy { !window.contains(twoKinds($0)) },
      "nothing is legal")
  }

  @Test func whatCanJustBeMetIsTaken() throws {
    let space = LegalSpace(
      choices: [1...4, 1...4], window: CostWindow(macs: 42...44, mostParameters: 24))
    #expect(try space.checkFeasible(cost: twoKinds).bins == [4, 2])
  }

  /// Thirty groups of twenty widths, early ones dear in MACs and late ones in parameters: chance meets neither end.
  @Test func aCornerOfALargeSpaceIsFilled() throws {
    let choices = [ClosedRange<Int>](repeating: 1...20, count: 30)
    func cost(_ bins: [Int]) -> NetworkCost {
      NetworkCost(
        macs: bins.enumerated().reduce(0) { $0 + $1.element * (30 - $1.offset) },
        parameters: bins.enumerated().reduce(0) { $0 + $1.element * ($1.offset + 1) })
    }
    // Random networks cost about 4900 of both; with all of 9300 MACs there are 9300 parameters as well.
    let window = CostWindow(macs: 6000...6400, mostParameters: 3300)
    let space = LegalSpace(choices: choices, window: window)
    var search = EvolutionarySearch(space: space, settings: .short, seed: 11)
    try space.checkFeasible(cost: cost)
    let generations = search.runToTheEnd(cost: cost) { bins in
      Score(accuracy: Double(bins[0]) / 20, loss: 0)
    }
    #expect(generations.map(\.count) == [Int](repeating: 12, count: 6))
    for candidate in generations.joined() {
      #expect((6000...6400).contains(candidate.cost.macs) && candidate.cost.parameters <= 3300)
    }
  }
}
