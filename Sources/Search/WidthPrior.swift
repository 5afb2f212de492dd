import Randomness

/// How likely each number of bins is, each group alone: where a search draws candidates that have no parents.
public struct WidthPrior: Hashable, Codable, Sendable {
  /// [group][bins - least bins]; each group's add up to 1.
  public let probabilities: [[Double]]

  /// A prior of these probabilities.
  public init(probabilities: [[Double]]) {
    self.probabilities = probabilities
  }

  /// One network.
  ///
  /// - Parameter choices: the bins that each group may take.
  public func bins(of choices: [ClosedRange<Int>], using random: inout RandomStream) -> [Int] {
    choices.indices.map { bins(ofGroup: $0, among: choices[$0], using: &random) }
  }

  /// One group's bins.
  func bins(
    ofGroup group: Int, among range: ClosedRange<Int>, using random: inout RandomStream
  ) -> Int {
    var left = Double(random.uniform())
    for (bins, probability) in zip(range, probabilities[group]) {
      left -= probability
      if left < 0 { return bins }
    }
    return range.upperBound
  }
}

extension LegalSpace {
  /// Up to `count` different legal candidates outside `excluded`, drawn from the prior as long as chance finds new ones,
  /// then from all that are legal, as without a prior.
  func newcomers(
    _ count: Int, from prior: WidthPrior?, excluding excluded: Set<[Int]>,
    using random: inout RandomStream, cost: ([Int]) -> NetworkCost
  ) -> [Candidate] {
    var seen = excluded
    var found: [Candidate] = []
    if let prior {
      found = distinct(count, tries: count * Self.triesPerCandidate, seen: &seen) {
        candidate(prior.bins(of: choices, using: &random), cost: cost)
      }
    }
    return found
      + randomCandidates(count - found.count, excluding: seen, using: &random, cost: cost)
  }
}
