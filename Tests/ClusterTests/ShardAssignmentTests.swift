import Cluster
import Testing

@Suite struct ShardAssignmentTests {
  @Test func everyShardHasOneOwnerAndEveryRankAShard() throws {
    for shards in 1...20 {
      for ranks in 1...shards {
        let assignment = try ShardAssignment(shards: shards, ranks: ranks)
        let runs = (0..<ranks).map { assignment.shards(of: $0) }
        #expect(Array(runs.joined()) == Array(0..<shards), "\(shards) shards on \(ranks) ranks")
        let counts = runs.map(\.count)
        #expect(counts.min()! > 0 && counts.max()! - counts.min()! <= 1)
      }
    }
  }

  @Test func moreRanksThanShardsAreRefusedInOneSentence() {
    let error = #expect(throws: ClusterError.self) { try ShardAssignment(shards: 2, ranks: 3) }
    #expect(
      error?.description == "3 ranks cannot share 2 logical shards: start at most 2 ranks, "
        + "or configure more shards.")
  }
}
