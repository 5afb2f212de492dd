import Cluster
import Dispatch
import Testing

@Suite struct TreeReductionTests {
  @Test func everySmallWorldHasTheNaiveTreesBits() throws {
    for shards in 1...9 {
      for ranks in 1...shards {
        _ = try InProcessCluster.run(ranks: ranks) { communicator in
          try CommunicatorConformance.checkTreeSum(
            communicator, shards: shards, ranges: [1..<2, 3..<30, 31..<40])
        }
      }
    }
  }

  @Test(arguments: 1...3)
  func threadsThatAddInAnyOrderChangeNothing(ranks: Int) throws {
    _ = try InProcessCluster.run(ranks: ranks) { communicator in
      for ranges in CommunicatorConformance.rangeLists {
        try CommunicatorConformance.checkTreeSum(
          communicator, shards: 5, ranges: ranges
        ) { count, body in
          withoutActuallyEscaping(body) { body in
            let body = UncheckedBody(call: body)
            DispatchQueue.concurrentPerform(iterations: count) { body.call(count - 1 - $0) }
          }
        }
      }
    }
  }

  /// Were the tree the plain order, no test here could tell them apart.
  @Test func theOrderOfAdditionsShowsInThePlantedGradients() {
    let blocks = PlantedGradients.blocks
    let differing = (0..<1_000).filter { element in
      let plain = (1..<8).reduce(blocks[0][element]) { $0 + blocks[$1][element] }
      return plain != naiveTreeSum(0, 8) { blocks[$0][element] }
    }
    #expect(differing.count > 100)
  }

  @Test(arguments: [1, 2, 4])
  func aRankSendsNoMoreThanAnAllreduceMust(ranks: Int) throws {
    let (shards, length) = (8, 1_024)
    let bytes = try InProcessCluster.run(ranks: ranks) { communicator in
      let assignment = try ShardAssignment(shards: shards, ranks: ranks)
      let blocks = assignment.shards(of: communicator.rank).map { _ in
        UnsafeMutablePointer<Float>.allocate(capacity: 3 * length)
      }
      for block in blocks { block.initialize(repeating: 1, count: 3 * length) }
      defer { for block in blocks { block.deallocate() } }
      return try TreeReduction(communicator: communicator, assignment: assignment).reduce(
        shardGradients: blocks, ranges: [length..<2 * length])
    }
    let least = 2 * (ranks - 1) * length * MemoryLayout<Float>.stride / ranks
    #expect(bytes == Array(repeating: least, count: ranks))
  }
}

/// A loop's body, which writes disjoint places: safe on many threads, though its type does not say
/// so.
private struct UncheckedBody: @unchecked Sendable {
  let call: (Int) -> Void
}
