import Foundation
import Search
import Testing

/// Random and predictor-guided search, by the promises that every search makes and by what they find.
@Suite struct OtherSearchTests {
  private static let space = LegalSpace(
    choices: MobileNetCosts.choices, window: MobileNetCosts.halfBudget)
  private let table = SyntheticTable(seed: 5)

  private static func random(seed: UInt64) -> RandomSearch {
    RandomSearch(space: space, population: 40, generations: 5, seed: seed)
  }

  private static func guided(seed: UInt64) -> PredictorGuidedSearch {
    PredictorGuidedSearch(
      space: space,
      settings: PredictorGuidedSearch.Settings(
        initial: 64, batch: 32, explored: 4, generations: 5), seed: seed)
  }

  @Test func sizesAreWhatWasAskedFor() {
    var (random, guided) = (Self.random(seed: 1), Self.guided(seed: 1))
    #expect(sizes(&random) == [40, 40, 40, 40, 40])
    #expect(sizes(&guided) == [64, 32, 32, 32, 32])
    #expect(random.mostCandidates == 200 && guided.mostCandidates == 192)
  }

  private func sizes(_ search: inout some CandidateSearch) -> [Int] {
    let generations = search.runToTheEnd(cost: MobileNetCosts.cost, score: table.score)
    let asked = generations.joined()
    #expect(Set(asked.map(\.bins)).count == asked.count, "nothing is asked twice")
    #expect(asked.allSatisfy { MobileNetCosts.halfBudget.contains($0.cost) })
    return generations.map(\.count)
  }

  @Test(arguments: 0..<5, [false, true])
  func searchesGoOnUnchangedThroughAnEncoding(interruptedAt stop: Int, asked: Bool) throws {
    try Self.guided(seed: 2)
      .expectUnchangedThroughAnEncoding(interruptedAt: stop, asked: asked, table)
    try Self.random(seed: 2)
      .expectUnchangedThroughAnEncoding(interruptedAt: stop, asked: asked, table)
  }

  /// In one tenth of evolution's queries, and much better than as many random ones.
  @Test func theModelFindsNearlyTheBestWithFewQueries() throws {
    let legal = everyCombination(MobileNetCosts.choices).filter {
      MobileNetCosts.halfBudget.contains(MobileNetCosts.cost($0))
    }
    let optimum = try #require(legal.map { table.score($0).accuracy }.max())
    var (byModel, byChance) = (0.0, 0.0)
    for seed in 0..<10 as Range<UInt64> {
      var (guided, random) = (Self.guided(seed: seed), Self.random(seed: seed))
      guided.runToTheEnd(cost: MobileNetCosts.cost, score: table.score)
      random.runToTheEnd(cost: MobileNetCosts.cost, score: table.score)
      byModel += try optimum - #require(guided.best).score.accuracy
      byChance += try optimum - #require(random.best).score.accuracy
    }
    #expect(byModel / 10 < 0.0005)
    #expect(byModel < byChance / 3)
  }

  /// Where a space is too large to list, an evolution on predictions stands in.
  @Test func largeSpacesAreSearchedToo() throws {
    let space = LegalSpace(
      choices: [ClosedRange<Int>](repeating: 1...20, count: 12), window: 100...120)
    var search = PredictorGuidedSearch(
      space: space,
      settings: PredictorGuidedSearch.Settings(
        initial: 300, batch: 20, explored: 2, generations: 3), seed: 1)
    // Only the first six groups are worth their cost.
    let score = { (bins: [Int]) in
      Score(accuracy: bins.prefix(6).map { Double($0) / 200 }.reduce(0, +), loss: 0)
    }
    let generations = search.runToTheEnd(cost: sumOfBins, score: score)
    let (first, last) = (generations[0], generations[2].prefix(18))
    let best = try #require(first.map { score($0.bins).accuracy }.max())
    #expect(last.allSatisfy { score($0.bins).accuracy > best })
  }

  /// One search finds, for every cost, nearly the best that costs no more.
  @Test func oneSearchFindsTheWholeFront() throws {
    let all = everyCombination(MobileNetCosts.choices)
    let widest = MobileNetCosts.macs(MobileNetCosts.choices.map(\.upperBound))
    var search = NonDominatedSearch(
      space: LegalSpace(choices: MobileNetCosts.choices, window: 0...widest), population: 40,
      generations: 50, mutationProbability: 0.1, seed: 1)
    let generations = search.runToTheEnd(cost: MobileNetCosts.cost, score: table.score)
    #expect(generations.map(\.count) == [Int](repeating: 40, count: 50))
    #expect(Set(generations.joined().map(\.bins)).count == 2000)
    for share in [25, 40, 55, 70, 85, 100] {
      let budget = widest * share / 100
      let optimum =
        all.filter { MobileNetCosts.macs($0) <= budget }
        .map { table.score($0).accuracy }.max() ?? 0
      let found =
        search.history.filter { $0.candidate.cost.macs <= budget }.map(\.score.accuracy).max() ?? 0
      #expect(optimum - found < 0.001, "\(share) %")
    }
  }

  /// Effects that add up: the cheapest bins to lose are known.
  @Test func slimmingTakesAwayWhatHurtsLeast() throws {
    let effects = [[0.0, 0.1, 0.3], [0.0, 0.25, 0.3], [0.0, 0.06]]
    let score = { (bins: [Int]) in
      Score(accuracy: zip(bins, effects).reduce(0) { $0 + $1.1[$1.0 - 1] }, loss: 0)
    }
    var search = GreedySearch(space: LegalSpace(choices: [1...3, 1...3, 1...2], window: 3...5))
    let generations = search.runToTheEnd(cost: sumOfBins, score: score)
    #expect(generations.map(\.count) == [1, 3, 3, 2])
    #expect(search.path.map(\.candidate.bins) == [[3, 3, 2], [3, 2, 2], [3, 2, 1], [2, 2, 1]])
    #expect(search.best?.candidate.bins == [2, 2, 1])
    // A window that the way steps over ends below it.
    var narrow = GreedySearch(space: LegalSpace(choices: [1...3, 1...3, 1...2], window: 25...25))
    narrow.runToTheEnd(cost: { NetworkCost(macs: $0[0] * 10 + $0[1] + $0[2]) }, score: score)
    #expect(narrow.isFinished && narrow.best?.candidate.cost.macs == 23)
    #expect(generations.count <= search.generations)
  }

  @Test func aListIsAskedOnceAndWhole() {
    let candidates = [[1, 2], [2, 1], [2, 2]].map { Candidate(bins: $0, cost: sumOfBins($0)) }
    var search = ListedSearch(
      space: LegalSpace(choices: [1...2, 1...2], window: 0...9), candidates: candidates)
    #expect(search.mostCandidates == 3)
    #expect(search.ask(cost: sumOfBins) == candidates)
    search.tell([0.1, 0.3, 0.2].map { Score(accuracy: $0, loss: 0) })
    #expect(search.isFinished && search.ask(cost: sumOfBins).isEmpty)
    #expect(search.best?.candidate.bins == [2, 1])
  }
}

@Suite struct AdditivePredictorTests {
  @Test func effectsThatAddUpAreRecovered() {
    let choices = [1...3, 2...4, 1...2]
    let effects: [[Double]] = [[0, 1, 4], [2, 0, 1], [0, 0.5]]
    func truth(_ bins: [Int]) -> Double {
      7 + zip(bins, zip(choices, effects)).reduce(0) { $0 + $1.1.1[$1.0 - $1.1.0.lowerBound] }
    }
    let all = everyCombination(choices)
    let predictor = AdditivePredictor(
      choices: choices, samples: all.map { ($0, truth($0)) }, ridge: 1e-9)
    for bins in all { #expect(abs(predictor.score(bins) - truth(bins)) < 1e-6) }
  }

  /// The fit is where squared errors and ridge are least: every small change of a prediction costs.
  @Test func theRidgePullsRareBinsToTheMean() {
    let samples = [([1], 1.0), ([1], 2.0), ([2], 9.0)]
    let predictor = AdditivePredictor(choices: [1...3], samples: samples, ridge: 1)
    // Mean 4: two residuals of -3 and -2 over 2 + 1, one of 5 over 1 + 1, none over 1.
    #expect(abs(predictor.score([1]) - (4 - 5.0 / 3)) < 1e-12)
    #expect(abs(predictor.score([2]) - (4 + 5.0 / 2)) < 1e-12)
    #expect(predictor.score([3]) == 4)
  }
}
