import Search
import Testing

@Suite struct LegalSpaceTests {
  func space(_ window: CostWindow) -> LegalSpace {
    LegalSpace(choices: MobileNetCosts.choices, window: window)
  }

  @Test func aBudgetThatCanBeMetIsProvedByACandidate() throws {
    let candidate = try space(MobileNetCosts.halfBudget).checkFeasible(cost: MobileNetCosts.cost)
    #expect(MobileNetCosts.halfBudget.contains(candidate.cost))
    #expect(candidate.cost == MobileNetCosts.cost(candidate.bins))
  }

  @Test func aBudgetBelowTheCheapestNetworkNamesBoth() {
    let window = CostWindow(macs: 0...9_000_000)
    let cheapest = MobileNetCosts.cost([1, 1, 1, 1, 1, 1, 1])
    let error = #expect(throws: SearchError.tooTight(window: window, cheapest: cheapest)) {
      try space(window).checkFeasible(cost: MobileNetCosts.cost)
    }
    #expect(
      error?.description
        == "No width meets the budget of 9,000,000 MACs: the cheapest network of this space costs "
        + "14,285,312 MACs, so give at least that.")
  }

  @Test func aLowerEndAboveTheWidestNetworkNamesBoth() {
    let widest = MobileNetCosts.macs(MobileNetCosts.choices.map(\.upperBound))
    let error = #expect(throws: SearchError.tooGenerous(leastUse: 300_000_000, dearest: widest)) {
      try space(CostWindow(macs: 300_000_000...400_000_000)).checkFeasible(
        cost: MobileNetCosts.cost)
    }
    #expect(error?.description.contains("costs 211,281,920 MACs") == true)
  }

  @Test func aWindowBetweenTwoNeighbouringCostsIsRefused() throws {
    let costs = Set(everyCombination(MobileNetCosts.choices).map(MobileNetCosts.macs)).sorted()
    let gap = try #require(
      zip(costs, costs.dropFirst()).first { $1 - $0 > 2 && $0 > 20_000_000 })
    #expect(throws: SearchError.self) {
      try space(CostWindow(macs: gap.0 + 1...gap.1 - 1)).checkFeasible(cost: MobileNetCosts.cost)
    }
    let exact = try space(CostWindow(macs: gap.0...gap.0)).checkFeasible(cost: MobileNetCosts.cost)
    #expect(exact.cost.macs == gap.0)
  }

  /// 30 groups of 20 widths: far too many to enumerate, and random ones cost about half of the most.
  struct Large {
    let choices = [ClosedRange<Int>](repeating: 1...20, count: 30)
    func cost(_ bins: [Int]) -> NetworkCost {
      NetworkCost(macs: zip(bins, bins.dropFirst()).map { $0 * $1 }.reduce(0, +))
    }
  }

  @Test func aTightBudgetInALargeSpaceIsStillFilled() throws {
    let large = Large()
    let window = 400...500  // random candidates cost about 3200, and none in a million this little
    var search = EvolutionarySearch(
      space: LegalSpace(choices: large.choices, window: window), settings: .short, seed: 11)
    try search.space.checkFeasible(cost: large.cost)
    let generations = search.runToTheEnd(cost: large.cost) { bins in
      Score(accuracy: Double(bins[0]) / 20, loss: 0)
    }
    #expect(generations.map(\.count) == [Int](repeating: 12, count: 6))
    #expect(Set(generations.joined().map(\.bins)).count == 72)
    #expect(generations.joined().allSatisfy { window.contains(large.cost($0.bins).macs) })
  }

  @Test func aLargeSpaceThatStepsOverTheWindowIsRefused() {
    let large = Large()
    let even = { NetworkCost(macs: large.cost($0).macs * 2) }
    let space = LegalSpace(choices: large.choices, window: 5001...5001)
    let error = #expect(throws: SearchError.self) { try space.checkFeasible(cost: even) }
    #expect(error?.description.contains("between 5,001 and 5,001 MACs") == true)
  }
}
