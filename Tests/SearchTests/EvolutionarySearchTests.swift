import Foundation
import Search
import Testing

@Suite struct EvolutionarySearchTests {
  let table = SyntheticTable(seed: 5)

  func search(_ settings: EvolutionSettings = .short, seed: UInt64 = 1) -> EvolutionarySearch {
    EvolutionarySearch(
      space: LegalSpace(choices: MobileNetCosts.choices, window: MobileNetCosts.halfBudget),
      settings: settings, seed: seed)
  }

  @Test func findsTheBestOfThousandsForNearlyEverySeed() throws {
    let legal = everyCombination(MobileNetCosts.choices).filter {
      MobileNetCosts.halfBudget.contains(MobileNetCosts.cost($0))
    }
    #expect(legal.count > 3000)
    let optimum = try #require(legal.map { table.score($0).accuracy }.max())
    var hits = 0
    for seed in 0..<20 as Range<UInt64> {
      var search = search(.published, seed: seed)
      search.runToTheEnd(cost: MobileNetCosts.cost, score: table.score)
      let found = try #require(search.best).score.accuracy
      #expect(optimum - found < 0.0002, "seed \(seed)")
      hits += found == optimum ? 1 : 0
    }
    #expect(hits >= 18)
  }

  /// Only the parents' accuracies matter; before there are enough of them every score does.
  @Test func theLastParentIsTheAccuracyToReach() {
    var search = search(.published)
    #expect(search.accuracyToReach == nil)
    while search.generation < 3 {
      let asked = search.ask(cost: MobileNetCosts.cost)
      search.tell(asked.map { table.score($0.bins) })
      let accuracies = search.history.map(\.score.accuracy).sorted(by: >)
      #expect(search.accuracyToReach == accuracies[9])
    }
  }

  @Test func neverAsksTwiceNorOutsideTheWindow() {
    var search = search(.published)
    let generations = search.runToTheEnd(cost: MobileNetCosts.cost, score: table.score)
    let asked = generations.joined()
    #expect(generations.map(\.count) == [Int](repeating: 50, count: 40))
    #expect(Set(asked.map(\.bins)).count == 2000)
    for candidate in asked {
      #expect(candidate.cost == MobileNetCosts.cost(candidate.bins))
      #expect(MobileNetCosts.halfBudget.contains(candidate.cost))
      #expect(candidate.bins.count == 7 && candidate.bins.allSatisfy { (1...4).contains($0) })
    }
  }

  @Test func equalSeedsGiveEqualGenerationsAndOthersDoNot() {
    let runs = [1, 1, 2].map { (seed: UInt64) in
      var search = search(seed: seed)
      return search.runToTheEnd(cost: MobileNetCosts.cost, score: table.score)
    }
    #expect(runs[0] == runs[1])
    #expect(runs[0][0] != runs[2][0])
  }

  @Test(arguments: 0..<6, [false, true])
  func goesOnUnchangedThroughAnEncoding(interruptedAt generation: Int, asked: Bool) throws {
    try search().expectUnchangedThroughAnEncoding(
      interruptedAt: generation, asked: asked, table)
  }

  @Test func asksTheSameGenerationUntilItIsTold() {
    var search = search()
    let first = search.ask(cost: MobileNetCosts.cost)
    #expect(search.ask(cost: MobileNetCosts.cost) == first)
    #expect(search.pending == first)
    #expect(search.generation == 0 && search.best == nil && search.top.isEmpty)
    search.tell(first.map { table.score($0.bins) })
    #expect(search.generation == 1 && search.pending.isEmpty)
    #expect(search.ask(cost: MobileNetCosts.cost) != first)
  }

  @Test func keepsTheBestOfAllGenerations() {
    var search = search()
    var everything: [ScoredCandidate] = []
    while !search.isFinished {
      let generation = search.generation
      let asked = search.ask(cost: MobileNetCosts.cost)
      let scores = asked.map { table.score($0.bins) }
      everything += zip(asked, scores).map {
        ScoredCandidate(candidate: $0, score: $1, generation: generation)
      }
      search.tell(scores)
      #expect(search.top == Array(everything.sorted().prefix(4)))
      #expect(search.best == search.top.first)
    }
    #expect(search.generation == 6 && search.ask(cost: MobileNetCosts.cost).isEmpty)
    #expect(search.history == everything)
  }

  @Test func breedsFromTheBestRatherThanAtRandom() throws {
    var search = search(.published)
    let generations = search.runToTheEnd(cost: MobileNetCosts.cost, score: table.score)
    let means = generations.map { generation in
      generation.map { table.score($0.bins).accuracy }.reduce(0, +) / Double(generation.count)
    }
    #expect(means[3] > means[0] + 0.001)
  }

  @Test func endsEarlyWhenNothingLegalIsLeft() {
    var search = EvolutionarySearch(
      space: LegalSpace(choices: [2...3, 1...4, 1...2], window: 5...7), settings: .short, seed: 3)
    let generations = search.runToTheEnd(cost: sumOfBins) { _ in Score(accuracy: 0.5, loss: 1) }
    let legal = everyCombination([2...3, 1...4, 1...2]).filter { (5...7).contains($0.reduce(0, +)) }
    #expect(Set(generations.joined().map(\.bins)) == Set(legal))
    #expect(generations.joined().count == legal.count)
    #expect(search.isFinished && search.generation == generations.count)
    #expect(generations.count < 6)
  }

  @Test func aSpaceWithNothingLegalIsFinishedAtOnce() {
    var search = EvolutionarySearch(
      space: LegalSpace(choices: [1...3, 1...4], window: 90...99), settings: .short, seed: 3)
    #expect(search.ask(cost: sumOfBins).isEmpty)
    #expect(search.isFinished && search.best == nil)
    search.tell([])
    #expect(search.generation == 0)
  }

  @Test func aWrongNumberOfScoresIsACallersMistake() async {
    await #expect(processExitsWith: .failure) {
      var search = EvolutionarySearch(
        space: LegalSpace(choices: [1...2, 1...2], window: 0...9), settings: .short, seed: 3)
      _ = search.ask(cost: sumOfBins)
      search.tell([])
    }
  }

  @Test func settingsThatDoNotFitTogetherAreACallersMistake() async {
    await #expect(processExitsWith: .failure) {
      _ = EvolutionSettings(
        population: 4, generations: 1, top: 1, mutations: 3, crossovers: 2, mutationProbability: 0)
    }
  }
}
