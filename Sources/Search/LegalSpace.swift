/// The networks a search may ask for: every combination of bins whose cost lies inside the window.
///
/// The cost is a closure everywhere, so that nothing here knows what a network is.
public struct LegalSpace: Hashable, Codable, Sendable {
  /// The bins that each width group may take.
  public let choices: [ClosedRange<Int>]
  /// Legal costs.
  public let window: CostWindow

  /// Spaces up to this size are enumerated when chance no longer finds what is left of them.
  static let enumerationLimit = 1 << 20

  /// The space of some width groups under a window of costs.
  public init(choices: [ClosedRange<Int>], window: CostWindow) {
    precondition(
      choices.allSatisfy { $0.lowerBound >= 1 }, "every width group keeps at least one bin")
    self.choices = choices
    self.window = window
  }

  /// The candidate with these bins, if its cost is legal.
  func candidate(_ bins: [Int], cost: ([Int]) -> NetworkCost) -> Candidate? {
    let value = cost(bins)
    return window.contains(value) ? Candidate(bins: bins, cost: value) : nil
  }

  /// Combinations of bins, legal or not; a number past all limits where there are too many to count.
  var size: Int {
    choices.reduce(1) { $0 > Self.enumerationLimit ? $0 : $0 * $1.count }
  }

  /// Every combination of bins in lexicographic order, legal or not; nil when there are too many.
  var enumeration: UnfoldFirstSequence<[Int]>? {
    if size > Self.enumerationLimit { return nil }
    return sequence(first: choices.map(\.lowerBound)) { successor(of: $0) }
  }

  private func successor(of bins: [Int]) -> [Int]? {
    guard let group = bins.indices.last(where: { bins[$0] < choices[$0].upperBound }) else {
      return nil
    }
    var next = bins
    next[group] += 1
    for later in next.indices.dropFirst(group + 1) { next[later] = choices[later].lowerBound }
    return next
  }
}
