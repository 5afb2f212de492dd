import Foundation
import Randomness
import Search
import Testing

/// The MobileNet of Channel-Bench-Macro: seven groups of four widths, MACs in closed form.
enum MobileNetCosts {
  static let choices = [ClosedRange<Int>](repeating: 1...4, count: 7)

  static func macs(_ bins: [Int]) -> Int {
    let maxima = [128, 768, 768, 768, 256, 1536, 1024]
    let c = zip(bins, maxima).map { $0 * $1 / 4 }
    let early = 256 * (27 * c[0] + (2 * c[0] + 9) * (c[1] + c[2]) + c[0] * c[3])
    let late = 64 * (9 * c[3] + c[3] * c[4] + (2 * c[4] + 9) * c[5] + c[4] * c[6])
    return early + late + 10 * c[6]
  }

  /// Filters, normalisation and the classifier; most of them late, where MACs are few.
  static func parameters(_ bins: [Int]) -> Int {
    let maxima = [128, 768, 768, 768, 256, 1536, 1024]
    let c = zip(bins, maxima).map { $0 * $1 / 4 }
    let early = 29 * c[0] + (2 * c[0] + 13) * (c[1] + c[2]) + 4 * c[0] + (c[0] + 13) * c[3]
    let late = c[3] * c[4] + 2 * c[4] + (2 * c[4] + 13) * c[5] + 2 * c[4] + c[4] * c[6]
    return early + late + 12 * c[6] + 10
  }

  static func cost(_ bins: [Int]) -> NetworkCost {
    NetworkCost(macs: macs(bins), parameters: parameters(bins))
  }

  static var halfBudget: CostWindow {
    let budget = macs(choices.map(\.upperBound)) / 2
    return CostWindow(macs: budget * 8 / 10...budget)
  }
}

extension NetworkCost {
  /// For worlds in which parameters do not matter.
  init(macs: Int) { self.init(macs: macs, parameters: 0) }
}

extension LegalSpace {
  /// Any number of parameters is legal.
  init(choices: [ClosedRange<Int>], window: ClosedRange<Int>) {
    self.init(choices: choices, window: CostWindow(macs: window))
  }
}

/// A world in which a bin costs one MAC wherever it is.
func sumOfBins(_ bins: [Int]) -> NetworkCost { NetworkCost(macs: bins.reduce(0, +)) }

/// All combinations of bins, by plain recursion.
func everyCombination(_ choices: [ClosedRange<Int>]) -> [[Int]] {
  guard let first = choices.first else { return [[]] }
  let rest = everyCombination(Array(choices.dropFirst()))
  return first.flatMap { bin in rest.map { [bin] + $0 } }
}

/// A landscape like the benchmark's: every group gains with diminishing returns, and pairs interact.
struct SyntheticTable {
  private var single: [[Double]] = []
  private var pairs: [[Double]] = []

  init(seed: UInt64) {
    var random = RandomStream(seed: seed, purpose: .testing)
    for _ in 0..<7 {
      let gain = 0.002 + 0.006 * Double(random.uniform())
      single.append((1...4).map { gain * (1 - 1 / Double($0)) })
    }
    for _ in 0..<6 { pairs.append((0..<16).map { _ in 0.0006 * Double(random.normal()) }) }
  }

  func score(_ bins: [Int]) -> Score {
    var accuracy = 0.9
    for (group, bin) in bins.enumerated() { accuracy += single[group][bin - 1] }
    for left in 0..<6 { accuracy += pairs[left][(bins[left] - 1) * 4 + bins[left + 1] - 1] }
    return Score(accuracy: accuracy, loss: 1 - accuracy)
  }
}

extension EvolutionSettings {
  /// The published setting.
  static let published = EvolutionSettings(
    population: 50, generations: 40, top: 10, mutations: 25, crossovers: 25,
    mutationProbability: 0.1)

  /// A short search that also leaves room for random candidates.
  static let short = EvolutionSettings(
    population: 12, generations: 6, top: 4, mutations: 5, crossovers: 4, mutationProbability: 0.2)
}

extension CandidateSearch {
  /// Asks and tells to the end, and returns the generations asked.
  @discardableResult
  mutating func runToTheEnd(
    cost: ([Int]) -> NetworkCost, score: ([Int]) -> Score
  ) -> [[Candidate]] {
    var generations: [[Candidate]] = []
    while true {
      let asked = ask(cost: cost)
      if asked.isEmpty { return generations }
      generations.append(asked)
      tell(asked.map { score($0.bins) })
    }
  }

  /// Encodes and decodes a copy in the middle, and expects all that follows to be the same.
  ///
  /// - Parameter asked: whether the generation under way had been asked for.
  func expectUnchangedThroughAnEncoding(
    interruptedAt generation: Int, asked: Bool, _ table: SyntheticTable
  ) throws {
    var whole = self
    let expected = whole.runToTheEnd(cost: MobileNetCosts.cost, score: table.score)
    var search = self
    var generations: [[Candidate]] = []
    for _ in 0..<generation {
      generations.append(search.ask(cost: MobileNetCosts.cost))
      search.tell(generations[generations.count - 1].map { table.score($0.bins) })
    }
    if asked { _ = search.ask(cost: MobileNetCosts.cost) }
    var resumed = try JSONDecoder().decode(Self.self, from: JSONEncoder().encode(search))
    generations += resumed.runToTheEnd(cost: MobileNetCosts.cost, score: table.score)
    #expect(generations == expected)
    #expect(resumed.history == whole.history)
    #expect(resumed.best == whole.best)
  }
}
