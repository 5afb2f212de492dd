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
    cost: ([Int]) -> NetworkCost
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
    _ count: Int, seen: inout Set<[Int]>, cost: ([Int]) -> NetworkCost, breed: () -> [Int]
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

  private func remaining(excluding seen: Set<[Int]>, cost: ([Int]) -> NetworkCost) -> [Candidate]? {
    enumeration?.compactMap { seen.contains($0) ? nil : candidate($0, cost: cost) }
  }

  /// Random bins, then one random group a bin narrower while too dear, wider while too cheap.
  ///
  /// With too few MACs and too many parameters at once a group is narrowed and another widened, wherever that
  /// leads nearer.
  private func walkIntoWindow(
    using random: inout RandomStream, cost: ([Int]) -> NetworkCost
  ) -> Candidate? {
    var bins = randomBins(using: &random)
    for _ in 0..<(2 * choices.reduce(0) { $0 + $1.count }) {
      let value = cost(bins)
      if window.contains(value) { return Candidate(bins: bins, cost: value) }
      var next = bins
      if window.isTooDear(value) {
        guard move(&next, by: -1, using: &random) else { return nil }
      }
      if window.isTooCheap(value) {
        guard move(&next, by: 1, using: &random) else { return nil }
      }
      let isExchange = window.isTooDear(value) && window.isTooCheap(value)
      if !isExchange || window.distance(to: cost(next)) <= window.distance(to: value) {
        bins = next
      }
    }
    return nil
  }

  /// Makes a random group a bin narrower or wider; false where none can be.
  private func move(_ bins: inout [Int], by step: Int, using random: inout RandomStream) -> Bool {
    let movable = bins.indices.filter { choices[$0].contains(bins[$0] + step) }
    guard !movable.isEmpty else { return false }
    bins[movable[random.integer(below: movable.count)]] += step
    return true
  }
}
