/// Who adds what in a tree reduction, fixed by the assignment of shards to ranks.
struct ReductionPlan {
  /// Sums this rank's shards into its subtrees; places are those of the owned shards.
  let localAdditions: [ShardTree.Addition]
  /// The owned shard that holds each of this rank's subtrees once they are summed.
  let subtreeShards: [Int]
  /// Sums the subtrees of all ranks into the first; places are rows, all ranks' subtrees in order.
  let rowAdditions: [ShardTree.Addition]
  /// The rows of each rank.
  let rows: [Range<Int>]

  init(assignment: ShardAssignment, rank: Int) {
    let tree = 0..<assignment.shards
    let owned = assignment.shards(of: rank)
    let shardLeaves = owned.map { $0..<$0 + 1 }
    let subtrees = (0..<assignment.ranks).map {
      ShardTree.subtrees(of: tree, inside: assignment.shards(of: $0))
    }
    localAdditions = subtrees[rank].flatMap { ShardTree.additions(summing: $0, from: shardLeaves) }
    subtreeShards = subtrees[rank].map { $0.lowerBound - owned.lowerBound }
    rowAdditions = ShardTree.additions(summing: tree, from: subtrees.flatMap { $0 })
    rows = subtrees.reduce(into: []) { rows, own in
      let first = rows.last?.upperBound ?? 0
      rows.append(first..<first + own.count)
    }
  }
}
