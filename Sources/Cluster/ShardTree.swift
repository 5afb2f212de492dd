/// The fixed binary tree in which anything is summed over the logical shards.
///
/// `node[a, b) = node[a, m) + node[m, b)` with `m = a +` the largest power of two below `b - a`.
/// The tree depends on the number of shards alone; so do the bits of a sum.
enum ShardTree {
  /// One addition in place: the value at `from` is added to the value at `into`.
  struct Addition: Equatable {
    let into: Int
    let from: Int
  }

  /// Where a node of at least two shards divides.
  static func middle(of node: Range<Int>) -> Int {
    let highestBit = Int.bitWidth - 1 - (node.count - 1).leadingZeroBitCount
    return node.lowerBound + 1 << highestBit
  }

  /// The largest nodes below `node` that lie wholly inside `run`, ascending; together they are the
  /// run.
  static func subtrees(of node: Range<Int>, inside run: Range<Int>) -> [Range<Int>] {
    guard node.overlaps(run) else { return [] }
    if run.lowerBound <= node.lowerBound && node.upperBound <= run.upperBound { return [node] }
    let middle = middle(of: node)
    return subtrees(of: node.lowerBound..<middle, inside: run)
      + subtrees(of: middle..<node.upperBound, inside: run)
  }

  /// The additions, in order, that sum `node` into its first leaf.
  ///
  /// - Parameters:
  ///   - node: a node made of some of `leaves`.
  ///   - leaves: nodes already summed, ascending; an `Addition` speaks of their places in this
  ///     list.
  static func additions(summing node: Range<Int>, from leaves: [Range<Int>]) -> [Addition] {
    if leaves.contains(node) { return [] }
    let middle = middle(of: node)
    let into = leaves.firstIndex { $0.lowerBound == node.lowerBound }!
    let from = leaves.firstIndex { $0.lowerBound == middle }!
    return additions(summing: node.lowerBound..<middle, from: leaves)
      + additions(summing: middle..<node.upperBound, from: leaves)
      + [Addition(into: into, from: from)]
  }
}
