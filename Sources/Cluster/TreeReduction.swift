/// Runs a body for every index of `0..<count`, in any order and on any threads, and returns when
/// all are done.
public typealias ParallelLoop = (_ count: Int, _ body: (_ index: Int) -> Void) -> Void

/// Sums one vector per logical shard over all shards and ranks, in bits that depend on neither
/// the number of ranks nor of threads.
///
/// Every element is summed in the order of `ShardTree`, by plain additions:
///
///     fold     each rank sums its shards into the largest subtrees it holds, in place,
///              and packs the touched ranges of each densely
///     scatter  every rank owns an equal share of the packed vector and is sent
///              that share of every subtree: one message per pair of ranks
///     sum      the owner sums the subtrees of all ranks in the same tree
///     share    the owner sends the sums to all others: one message per pair of ranks
///     unpack   every rank writes the sums into its first shard's block
///
/// A library's allreduce would not do: its order of additions changes with ranks, size and version.
/// With one subtree a rank (shards a power of two, ranks too) each rank sends `2 (N - 1) / N` of
/// the vector, which no allreduce can better.
public final class TreeReduction {
  /// Elements handled at once: eight shards' worth of a chunk stays in the second-level cache.
  private static let chunkLength = 8192

  private let communicator: any Communicator
  private let assignment: ShardAssignment
  private let plan: ReductionPlan
  private let parallel: ParallelLoop
  private let outgoing = ScratchFloats()
  private let rows = ScratchFloats()

  /// Plans the sums of one rank.
  ///
  /// - Parameters:
  ///   - communicator: the ranks that take part, all of them.
  ///   - assignment: which shards are whose, for as many ranks as the communicator has.
  ///   - parallel: lends threads to the additions; without it the calling thread does them.
  public init(
    communicator: any Communicator, assignment: ShardAssignment,
    parallel: @escaping ParallelLoop = { count, body in for index in 0..<count { body(index) } }
  ) {
    precondition(communicator.size == assignment.ranks, "the assignment is for another job")
    self.communicator = communicator
    self.assignment = assignment
    self.parallel = parallel
    plan = ReductionPlan(assignment: assignment, rank: communicator.rank)
  }

  /// Replaces the first block, inside the ranges, by the sum over the shards of all ranks.
  ///
  /// The other blocks are left with unspecified values inside the ranges. Elements outside them are
  /// neither read nor written. A collective: every rank calls it, with the same ranges.
  ///
  /// - Parameters:
  ///   - shardGradients: one block for each shard this rank owns, in shard order.
  ///   - ranges: the elements to sum, ascending and disjoint.
  /// - Returns: the bytes that this rank has sent.
  @discardableResult
  public func reduce(
    shardGradients: [UnsafeMutablePointer<Float>], ranges: [Range<Int>]
  ) throws(ClusterError) -> Int {
    precondition(
      shardGradients.count == assignment.shards(of: communicator.rank).count,
      "there is one block for each owned shard")
    let packed = PackedRanges(ranges)
    guard communicator.size > 1 else {
      foldWithoutPacking(shardGradients, packed)
      return 0
    }
    outgoing.reserve(plan.subtreeShards.count * packed.count)
    rows.reserve(plan.rows.last!.upperBound * ownShare(of: packed).count)
    foldAndPack(shardGradients, packed)
    var bytesSent = try scatterSubtrees(packed)
    sumRows(packed)
    bytesSent += try shareSums(packed)
    unpack(packed, into: shardGradients[0])
    return bytesSent
  }
}

// MARK: - What a rank does alone

extension TreeReduction {
  private func foldWithoutPacking(_ blocks: [UnsafeMutablePointer<Float>], _ packed: PackedRanges) {
    forEachChunk(of: packed.count) { chunk in
      packed.forEachRun(in: chunk) { element, _, count in
        apply(plan.localAdditions, count) { blocks[$0] + element }
      }
    }
  }

  private func foldAndPack(_ blocks: [UnsafeMutablePointer<Float>], _ packed: PackedRanges) {
    forEachChunkOfShares(of: packed) { owner, share, chunk in
      packed.forEachRun(in: chunk) { element, place, count in
        apply(plan.localAdditions, count) { blocks[$0] + element }
        for (subtree, shard) in plan.subtreeShards.enumerated() {
          let destination = packedSubtree(subtree, for: owner, share) + (place - share.lowerBound)
          destination.update(from: blocks[shard] + element, count: count)
        }
      }
    }
  }

  private func sumRows(_ packed: PackedRanges) {
    let length = ownShare(of: packed).count
    forEachChunk(of: length) { chunk in
      apply(plan.rowAdditions, chunk.count) { rows.base + ($0 * length + chunk.lowerBound) }
    }
  }

  private func unpack(_ packed: PackedRanges, into block: UnsafeMutablePointer<Float>) {
    forEachChunkOfShares(of: packed) { owner, share, chunk in
      let sums = owner == communicator.rank ? rows.base - share.lowerBound : outgoing.base
      packed.forEachRun(in: chunk) { element, place, count in
        (block + element).update(from: sums + place, count: count)
      }
    }
  }

  /// Where a subtree's share for one owner is packed: its own goes straight to the rows it will
  /// sum.
  private func packedSubtree(
    _ subtree: Int, for owner: Int, _ share: Range<Int>
  ) -> UnsafeMutablePointer<Float> {
    if owner == communicator.rank {
      return rows.base + (plan.rows[owner].lowerBound + subtree) * share.count
    }
    return outgoing.base + (plan.subtreeShards.count * share.lowerBound + subtree * share.count)
  }

  private func apply(
    _ additions: [ShardTree.Addition], _ count: Int, at place: (Int) -> UnsafeMutablePointer<Float>
  ) {
    for addition in additions {
      add(place(addition.from), to: place(addition.into), count: count)
    }
  }

  private func add(
    _ right: UnsafeMutablePointer<Float>, to left: UnsafeMutablePointer<Float>, count: Int
  ) {
    for index in 0..<count { left[index] += right[index] }
  }
}

// MARK: - What ranks tell each other

extension TreeReduction {
  private func scatterSubtrees(_ packed: PackedRanges) throws(ClusterError) -> Int {
    let own = ownShare(of: packed)
    return try exchange(tag: ReservedTag.partialSums) { peer in
      let share = assignment.share(peer, of: packed.count)
      let start = plan.subtreeShards.count * share.lowerBound
      return outgoing.bytes(start..<start + plan.subtreeShards.count * share.count)
    } receiving: { peer in
      let theirs = plan.rows[peer]
      return rows.mutableBytes(theirs.lowerBound * own.count..<theirs.upperBound * own.count)
    }
  }

  /// The sums come in where the packed subtrees were: those have been sent by now, and were no
  /// smaller.
  private func shareSums(_ packed: PackedRanges) throws(ClusterError) -> Int {
    let own = ownShare(of: packed)
    return try exchange(tag: ReservedTag.sharedSums) { _ in
      rows.bytes(0..<own.count)
    } receiving: { peer in
      outgoing.mutableBytes(assignment.share(peer, of: packed.count))
    }
  }

  /// One message to and from every other rank, none where there is nothing to say.
  private func exchange(
    tag: Int, sending outgoing: (Int) -> UnsafeRawBufferPointer,
    receiving incoming: (Int) -> UnsafeMutableRawBufferPointer
  ) throws(ClusterError) -> Int {
    let peers = (0..<communicator.size).filter { $0 != communicator.rank }
    let sending = peers.map { OutgoingBlock(outgoing($0), to: $0) }.filter { !$0.bytes.isEmpty }
    let receiving = peers.map { IncomingBlock(from: $0, into: incoming($0)) }
      .filter { !$0.buffer.isEmpty }
    try communicator.exchange(sending: sending, receiving: receiving, tag: tag)
    return sending.reduce(0) { $0 + $1.bytes.count }
  }

  private func ownShare(of packed: PackedRanges) -> Range<Int> {
    assignment.share(communicator.rank, of: packed.count)
  }
}

// MARK: - Chunks for threads

extension TreeReduction {
  private func forEachChunk(of count: Int, _ body: (_ chunk: Range<Int>) -> Void) {
    let length = Self.chunkLength
    parallel((count + length - 1) / length) { index in
      body(index * length..<min((index + 1) * length, count))
    }
  }

  /// Chunks of the packed vector, divided again where one owner's share ends and the next one's
  /// begins.
  private func forEachChunkOfShares(
    of packed: PackedRanges,
    _ body: (_ owner: Int, _ share: Range<Int>, _ chunk: Range<Int>) -> Void
  ) {
    forEachChunk(of: packed.count) { chunk in
      for owner in 0..<communicator.size {
        let share = assignment.share(owner, of: packed.count)
        let part = chunk.clamped(to: share)
        if !part.isEmpty { body(owner, share, part) }
      }
    }
  }
}
