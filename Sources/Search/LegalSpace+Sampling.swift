import Randomness

extension LegalSpace {
  /// Tries a candidate by plain rejection before other means: enough for any window that chance can hit.
  static let triesPerCandidate = 100
  /// Proposals for each child wanted, after which random candidates take over.
  private static let triesPerChild = 10

  /// Up to `count` different legal candidates outside `excluded`.
  ///
  /// Uniform over the legal set as long as plain rejection finds enough. When it does not, a small space
  /// is enumerated, so that fewer come back only when no more exist; in a large one random walks are led
  /// into the window, since a tight budget may be legal for less than one network in a million.
  func randomCandidates(
    _ count: Int, excluding excluded: Set<[Int]>, using random: inout RandomStream,
    cost: ([Int]) -> Int
  ) -> [Candidate] {
    var seen = excluded
    var found = distinct(count, tries: count * Self.triesPerCandidate, seen: &seen) {
      candidate(randomBins(using: &random), cost: cost)
    }
    if found.count == count { return found }
    if let remaining = remaining(excluding: seen, cost: cost) {
      let order = random.permutation(of: remaining.count)
      return found + order.prefix(count - found.count).map { remaining[$0] }
    }
    found += distinct(count - found.count, tries: count * Self.triesPerCandidate, seen: &seen) {
      walkIntoWindow(using: &random, cost: cost)
    }
    return found
  }

  /// Up to `count` legal children never seen before; fewer where chance finds no more soon.
  func children(
    _ count: Int, seen: inout Set<[Int]>, cost: ([Int]) -> Int, breed: () -> [Int]
  ) -> [Candidate] {
    distinct(count, tries: count * Self.triesPerChild, seen: &seen) {
      candidate(breed(), cost: cost)
    }
  }

  /// Collects up to `count` candidates never seen before from at most `tries` proposals.
  func distinct(
    _ count: Int, tries: Int, seen: inout Set<[Int]>, propose: () -> Candidate?
  ) -> [Candidate] {
    var found: [Candidate] = []
    for _ in 0..<tries where found.count < count {
      if let proposal = propose(), seen.insert(proposal.bins).inserted { found.append(proposal) }
    }
    return found
  }

  private func randomBins(using random: inout RandomStream) -> [Int] {
    choices.map { random.integer(in: $0) }
  }

  private func remaining(excluding seen: Set<[Int]>, cost: ([Int]) -> Int) -> [Candidate]? {
    enumeration?.compactMap { seen.contains($0) ? nil : candidate($0, cost: cost) }
  }

  /// Random bins, then one random group a bin narrower while too dear, wider while too cheap.
  private func walkIntoWindow(using random: inout RandomStream, cost: ([Int]) -> Int) -> Candidate?
  {
    var bins = randomBins(using: &random)
    for _ in 0..<(2 * choices.reduce(0) { $0 + $1.count }) {
      let value = cost(bins)
      if window.contains(value) { return Candidate(bins: bins, cost: value) }
      let tooDear = value > window.upperBound
      let movable = bins.indices.filter {
        tooDear ? bins[$0] > choices[$0].lowerBound : bins[$0] < choices[$0].upperBound
      }
      guard !movable.isEmpty else { return nil }
      bins[movable[random.integer(below: movable.count)]] += tooDear ? -1 : 1
    }
    return nil
  }
}
