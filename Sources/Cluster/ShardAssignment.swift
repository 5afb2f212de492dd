/// Which rank owns which of the run's logical shards.
///
/// The number of shards is part of a run's configuration; the number of ranks may differ from day
/// to day. Each rank owns a contiguous run of shards, so that most of the summation tree stays
/// inside a rank.
public struct ShardAssignment: Hashable, Sendable {
  /// The number of logical shards.
  public let shards: Int
  /// The number of ranks, at most `shards`.
  public let ranks: Int

  /// Shares the shards between the ranks; refuses more ranks than shards.
  public init(shards: Int, ranks: Int) throws(ClusterError) {
    precondition(shards > 0 && ranks > 0, "there is at least one shard and one rank")
    guard ranks <= shards else { throw .tooManyRanks(ranks: ranks, shards: shards) }
    self.shards = shards
    self.ranks = ranks
  }

  /// The shards of one rank, never empty.
  public func shards(of rank: Int) -> Range<Int> {
    share(rank, of: shards)
  }

  /// The part of `count` things that falls to a rank when all ranks share them as equally as they
  /// can.
  func share(_ rank: Int, of count: Int) -> Range<Int> {
    rank * count / ranks..<(rank + 1) * count / ranks
  }
}
