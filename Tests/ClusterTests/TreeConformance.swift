import Cluster
import Glibc

extension CommunicatorConformance {
  static let treeChecks = [1, 2, 3, 4, 5, 8].map { shards in
    ConformanceCheck("the tree sum over \(shards) shards has the naive tree's bits") {
      guard $0.size <= shards else { return }
      for ranges in rangeLists { try checkTreeSum($0, shards: shards, ranges: ranges) }
    }
  }

  /// Nothing, less than an element a rank, odd pieces, touching pieces, more than a chunk a rank,
  /// everything.
  static let rangeLists: [[Range<Int>]] = [
    [], [5..<5], [19_999..<20_000], [1..<3], [0..<1, 2..<3, 3..<10, 17..<17, 100..<1_001],
    stride(from: 3, to: 19_000, by: 37).map { $0..<$0 + 1 + $0 % 29 },
    [7..<12_000, 12_001..<19_998], [0..<20_000],
  ]

  static func checkTreeSum(
    _ communicator: any Communicator, shards: Int, ranges: [Range<Int>],
    parallel: @escaping ParallelLoop = { count, body in for index in 0..<count { body(index) } }
  ) throws {
    let assignment = try ShardAssignment(shards: shards, ranks: communicator.size)
    let owned = assignment.shards(of: communicator.rank)
    var blocks = PlantedGradients.blocks[owned].map { OwnedBlock($0) }
    let reduction = TreeReduction(
      communicator: communicator, assignment: assignment, parallel: parallel)
    try reduction.reduce(shardGradients: blocks.map(\.base), ranges: ranges)
    try checkSums(communicator, in: blocks.removeFirst(), owned.lowerBound, shards, ranges)
    for (block, shard) in zip(blocks, owned.dropFirst()) {
      try checkUntouched(communicator, in: block, shard, outside: ranges)
    }
  }

  private static func checkSums(
    _ communicator: any Communicator, in block: OwnedBlock, _ shard: Int, _ shards: Int,
    _ ranges: [Range<Int>]
  ) throws {
    try checkUntouched(communicator, in: block, shard, outside: ranges)
    for element in ranges.joined() {
      let wanted = naiveTreeSum(0, shards) { PlantedGradients.blocks[$0][element] }
      try communicator.expect(
        block.base[element].bitPattern, equals: wanted.bitPattern,
        "element \(element) summed over \(shards) shards in ranges \(ranges.prefix(3))")
    }
  }

  private static func checkUntouched(
    _ communicator: any Communicator, in block: OwnedBlock, _ shard: Int,
    outside ranges: [Range<Int>]
  ) throws {
    let planted = PlantedGradients.blocks[shard]
    let starts = [0] + ranges.map(\.upperBound)
    let ends = ranges.map(\.lowerBound) + [planted.count]
    for (start, end) in zip(starts, ends) {
      let difference = planted.withUnsafeBufferPointer {
        memcmp(
          block.base + start, $0.baseAddress! + start, (end - start) * MemoryLayout<Float>.size)
      }
      try communicator.expect(
        difference, equals: 0, "the difference in \(start)..<\(end), untouched, of shard \(shard)")
    }
  }
}

/// A gradient block that lives as long as this.
private final class OwnedBlock {
  let base: UnsafeMutablePointer<Float>

  init(_ values: [Float]) {
    base = .allocate(capacity: values.count)
    base.initialize(from: values, count: values.count)
  }

  deinit {
    base.deallocate()
  }
}
