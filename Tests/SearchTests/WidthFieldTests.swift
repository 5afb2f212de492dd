import Foundation
import Randomness
import Search
import Testing

/// A small random world of a given shape, and all its networks.
private struct FieldWorld: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let choices: [ClosedRange<Int>]
  let pairs: [[Int]]

  static let all = [
    FieldWorld(
      testDescription: "chain", choices: [1...3, 2...4, 1...2, 1...3],
      pairs: [[0, 1], [1, 2], [2, 3]]),
    FieldWorld(
      testDescription: "star", choices: [1...3, 1...2, 2...4, 1...2],
      pairs: [[0, 1], [0, 2], [3, 0]]),
    FieldWorld(
      testDescription: "triangles", choices: [1...2, 1...3, 1...2, 1...2, 1...2],
      pairs: [[0, 1], [1, 2], [0, 2], [2, 3], [3, 4], [2, 4]]),
    FieldWorld(
      testDescription: "apart", choices: [1...3, 1...3, 1...2], pairs: [[0, 1], [2, 2]]),
  ]

  func field(seed: UInt64) throws -> WidthField {
    var random = RandomStream(seed: seed, purpose: .testing)
    func numbers(_ scale: Double) -> [[Double]] {
      choices.map { $0.map { _ in scale * Double(random.uniform()) } }
    }
    let worth = numbers(3)
    let factors = numbers(4).map { $0.sorted() }
    let terms =
      pairs.map { ProductCost.Term(coefficient: 1 + Double(random.uniform()), groups: $0) }
      + [
        ProductCost.Term(coefficient: 0.5, groups: [1]),
        ProductCost.Term(coefficient: 2, groups: []),
      ]
    return try WidthField(
      choices: choices, worth: worth, cost: ProductCost(terms: terms, factors: factors))
  }

  /// Every network with its worth and cost, by plain sums.
  func networks(_ field: WidthField) -> [(bins: [Int], worth: Double, cost: Double)] {
    everyCombination(choices).map { bins in
      let places = zip(bins, choices).map { $0 - $1.lowerBound }
      let worth = places.enumerated().reduce(0) { $0 + field.worth[$1.offset][$1.element] }
      let cost = field.cost.terms.reduce(0) { sum, term in
        sum + term.groups.reduce(term.coefficient) { $0 * field.cost.factors[$1][places[$1]] }
      }
      return (bins, worth, cost)
    }
  }
}

@Suite struct WidthFieldTests {
  @Test(arguments: FieldWorld.all, 0..<8 as Range<UInt64>)
  private func decodesTheVeryBest(world: FieldWorld, seed: UInt64) throws {
    let field = try world.field(seed: seed)
    let networks = world.networks(field)
    for penalty in [0, 0.05, 0.3, 2] {
      let best = networks.max { $0.worth - penalty * $0.cost < $1.worth - penalty * $1.cost }
      #expect(field.best(penalty: penalty) == best?.bins)
    }
  }

  @Test(arguments: FieldWorld.all, [0.2, 1, 30])
  private func marginalsAreThoseOfAllNetworks(world: FieldWorld, temperature: Double) throws {
    let field = try world.field(seed: 11)
    let networks = world.networks(field)
    let penalty = 0.2
    let weights = networks.map { exp(($0.worth - penalty * $0.cost) / temperature) }
    let total = weights.reduce(0, +)
    let found = field.marginals(penalty: penalty, temperature: temperature)
    for (group, range) in world.choices.enumerated() {
      for bins in range {
        let expected =
          zip(networks, weights).reduce(0) {
            $0 + ($1.0.bins[group] == bins ? $1.1 : 0)
          } / total
        #expect(abs(found[group][bins - range.lowerBound] - expected) < 1e-12)
      }
    }
  }

  /// What bisection finds is affordable, and no network of its cost or less that some penalty makes best is worth more.
  @Test(arguments: FieldWorld.all, 0..<8 as Range<UInt64>)
  private func bisectionFindsTheBestOfAllPenalties(world: FieldWorld, seed: UInt64) throws {
    let field = try world.field(seed: seed)
    let networks = world.networks(field)
    let costs = networks.map(\.cost).sorted()
    for budget in [costs[2], costs[costs.count / 2], costs[costs.count - 1]] {
      let found = try #require(field.best(atMost: budget)).bins
      let own = try #require(networks.first { $0.bins == found })
      #expect(own.cost <= budget)
      for penalty in stride(from: 0.0, to: 5, by: 0.01) {
        let other = field.best(penalty: penalty)
        let rival = try #require(networks.first { $0.bins == other })
        if rival.cost <= budget { #expect(rival.worth <= own.worth + 1e-12) }
      }
    }
    #expect(field.best(atMost: costs[0] * 0.99) == nil)
  }

  /// Thirty groups in which each depends on each cannot be taken apart.
  @Test func whatHangsTogetherTooMuchIsRefused() throws {
    let choices = Array(repeating: 1...10, count: 30)
    let pairs = (0..<30).flatMap { first in (0..<first).map { [first, $0] } }
    let numbers = choices.map { $0.map(Double.init) }
    let cost = ProductCost(
      terms: pairs.map { ProductCost.Term(coefficient: 1, groups: $0) }, factors: numbers)
    let error = #expect(throws: WidthFieldError.self) {
      _ = try WidthField(choices: choices, worth: numbers, cost: cost)
    }
    #expect(error?.description.contains("30 width groups") == true)
  }
}

@Suite struct ViterbiSearchTests {
  private func search(
    window: CostWindow = MobileNetCosts.halfBudget, worth: [[Double]]? = nil, seed: UInt64 = 1
  ) throws -> ViterbiSearch {
    try ViterbiSearch(
      space: LegalSpace(choices: MobileNetCosts.choices, window: window), initial: 40,
      population: 10, generations: 5, cost: MobileNetCosts.product, worth: worth, seed: seed)
  }

  /// In a world that is a sum of terms, the optimum follows from the first, random generation.
  @Test func findsTheOptimumOfASumAtOnce() throws {
    func accuracy(_ bins: [Int]) -> Double {
      bins.enumerated().reduce(0.5) {
        $0 + 0.002 * Double($1.offset + 1) * Double($1.element).squareRoot()
      }
    }
    let legal = everyCombination(MobileNetCosts.choices).filter {
      MobileNetCosts.halfBudget.contains(MobileNetCosts.cost($0))
    }
    let optimum = try #require(legal.map(accuracy).max())
    for seed in 0..<5 as Range<UInt64> {
      var found = try search(seed: seed)
      found.runToTheEnd(cost: MobileNetCosts.cost) { Score(accuracy: accuracy($0), loss: 0) }
      #expect(try #require(found.best).score.accuracy == optimum)
      #expect(found.history.count == found.mostCandidates)
      #expect(Set(found.history.map(\.candidate.bins)).count == found.history.count)
      #expect(found.history.allSatisfy { MobileNetCosts.halfBudget.contains($0.candidate.cost) })
    }
  }

  /// Terms from elsewhere need no random generation, and are not changed by scores.
  @Test func givenTermsDecideFromTheStart() throws {
    let worth = MobileNetCosts.choices.enumerated().map { group, range in
      range.map { Double($0 * (7 - group)) }
    }
    var found = try search(worth: worth)
    let first = found.ask(cost: MobileNetCosts.cost)
    #expect(first.count == 10 && found.mostCandidates == 50)
    func value(_ bins: [Int]) -> Double { zip(bins, worth).reduce(0) { $0 + $1.1[$1.0 - 1] } }
    let legal = everyCombination(MobileNetCosts.choices).filter {
      MobileNetCosts.halfBudget.contains(MobileNetCosts.cost($0))
    }
    // A penalty can miss the budget's optimum by a little: here by the smallest step there is, of 91 to 28.
    #expect(try value(first[0].bins) >= #require(legal.map(value).max()) - 1)
    found.tell(first.map { _ in Score(accuracy: 0.1, loss: 1) })
    var other = try search(worth: worth)
    _ = other.ask(cost: MobileNetCosts.cost)
    other.tell(first.map { Score(accuracy: Double($0.bins[0]) / 10, loss: 1) })
    #expect(found.ask(cost: MobileNetCosts.cost) == other.ask(cost: MobileNetCosts.cost))
  }

  @Test(arguments: 0..<5, [false, true])
  func goesOnUnchangedThroughAnEncoding(interruptedAt generation: Int, asked: Bool) throws {
    try search().expectUnchangedThroughAnEncoding(
      interruptedAt: generation, asked: asked, SyntheticTable(seed: 5))
  }

  /// Decoding knows MACs alone: where parameters bind, the rest of a generation is random, and all of it legal.
  @Test func aBoundOnParametersIsMetByChance() throws {
    let widest = MobileNetCosts.macs([4, 4, 4, 4, 4, 4, 4])
    let window = CostWindow(macs: widest / 2...widest, mostParameters: 700_000)
    let legal = everyCombination(MobileNetCosts.choices).count {
      window.contains(MobileNetCosts.cost($0))
    }
    #expect((50..<2000).contains(legal))
    var found = try search(
      window: window, worth: MobileNetCosts.choices.map { $0.map(Double.init) })
    found.runToTheEnd(cost: MobileNetCosts.cost) { Score(accuracy: Double($0[0]) / 10, loss: 0) }
    #expect(found.history.count == min(50, legal))
    #expect(found.history.allSatisfy { window.contains($0.candidate.cost) })
  }

  /// Five networks are legal; the search ends when all of them were asked.
  @Test func endsWhenNothingIsLeft() throws {
    let choices = [1...2, 1...3]
    var found = try ViterbiSearch(
      space: LegalSpace(choices: choices, window: 0...4), initial: 2, population: 2, generations: 9,
      cost: ProductCost(
        terms: [
          ProductCost.Term(coefficient: 1, groups: [0]),
          ProductCost.Term(coefficient: 1, groups: [1]),
        ], factors: choices.map { $0.map(Double.init) }), seed: 1)
    found.runToTheEnd(cost: sumOfBins) { Score(accuracy: Double($0[0]) / 10, loss: 0) }
    #expect(found.isFinished && Set(found.history.map(\.candidate.bins)).count == 5)
  }
}
