// Arrays instead of buffers: small metadata, a few calls a step. Results are the same on every
// rank.

extension Communicator {
  /// The values of all ranks, one rank after another; every rank gives equally many.
  public func gather<Value: BitwiseCopyable>(_ values: [Value]) throws(ClusterError) -> [Value] {
    guard let filler = values.first else { return [] }
    var result = [Value](repeating: filler, count: values.count * size)
    try values.withUnsafeBufferPointer { (own) throws(ClusterError) in
      try result.withUnsafeMutableBufferPointer { (all) throws(ClusterError) in
        try allGather(UnsafeRawBufferPointer(own), into: UnsafeMutableRawBufferPointer(all))
      }
    }
    return result
  }

  /// The byte strings of all ranks in rank order, each of its own length.
  public func gather(bytes: [UInt8]) throws(ClusterError) -> [[UInt8]] {
    let counts = try gather([bytes.count])
    let longest = counts.max() ?? 0
    let padded = bytes + [UInt8](repeating: 0, count: longest - bytes.count)
    let all = try gather(padded)
    return counts.indices.map { Array(all[$0 * longest..<$0 * longest + counts[$0]]) }
  }

  /// The root's bytes on every rank, their number unknown to the others; what they give is ignored.
  public func broadcast(bytes: [UInt8], from root: Int) throws(ClusterError) -> [UInt8] {
    var count = bytes.count
    try withUnsafeMutableBytes(of: &count) { (buffer) throws(ClusterError) in
      try broadcast(buffer, from: root)
    }
    var result = rank == root ? bytes : [UInt8](repeating: 0, count: count)
    try result.withUnsafeMutableBufferPointer { (buffer) throws(ClusterError) in
      try broadcast(UnsafeMutableRawBufferPointer(buffer), from: root)
    }
    return result
  }

  /// The values that belong to each logical shard, in shard order, whatever the number of ranks.
  ///
  /// A figure computed from the result in a fixed order has the same bits on any number of ranks.
  ///
  /// - Parameters:
  ///   - owned: the values of this rank's shards, `valuesPerShard` for each.
  ///   - valuesPerShard: the same on every rank.
  ///   - assignment: which shards are whose; its ranks are this communicator's.
  public func gatherInShardOrder<Value: BitwiseCopyable>(
    _ owned: [Value], valuesPerShard: Int, assignment: ShardAssignment
  ) throws(ClusterError) -> [Value] {
    precondition(
      owned.count == assignment.shards(of: rank).count * valuesPerShard,
      "each owned shard gives \(valuesPerShard) values")
    guard let filler = owned.first else { return [] }
    let most = (0..<size).map { assignment.shards(of: $0).count }.max()! * valuesPerShard
    let padded = owned + [Value](repeating: filler, count: most - owned.count)
    let all = try gather(padded)
    return (0..<size).flatMap { peer in
      all[peer * most..<peer * most + assignment.shards(of: peer).count * valuesPerShard]
    }
  }
}
