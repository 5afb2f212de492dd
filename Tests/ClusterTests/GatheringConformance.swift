import Cluster

// What is built on the collectives, alike for every implementation.

extension CommunicatorConformance {
  static let gatheringChecks = [
    ConformanceCheck("byte strings of any length are gathered in rank order", gatherStrings),
    ConformanceCheck("values of shards are gathered in shard order", gatherShards),
    ConformanceCheck("exit codes are agreed: failure, then temporary, then success", agreeOnExit),
  ]

  private static func gatherStrings(_ communicator: any Communicator) throws {
    func text(_ rank: Int) -> [UInt8] { Array(String(repeating: "rank\(rank)", count: rank).utf8) }
    let all = try communicator.gather(bytes: text(communicator.rank))
    try communicator.expect(all, equals: (0..<communicator.size).map(text), "gathered strings")
    let nothing = try communicator.gather(bytes: [])
    try communicator.expect(
      nothing, equals: Array(repeating: [], count: communicator.size), "gathered empty strings")
  }

  private static func gatherShards(_ communicator: any Communicator) throws {
    for shards in communicator.size...9 {
      let assignment = try ShardAssignment(shards: shards, ranks: communicator.size)
      let owned = assignment.shards(of: communicator.rank).flatMap { [$0, -$0] }
      let all = try communicator.gatherInShardOrder(
        owned, valuesPerShard: 2, assignment: assignment)
      try communicator.expect(
        all, equals: (0..<shards).flatMap { [$0, -$0] }, "values of \(shards) shards")
    }
  }

  private static func agreeOnExit(_ communicator: any Communicator) throws {
    func agreed(_ first: Int32, _ last: Int32) throws -> Int32 {
      let own =
        communicator.rank == 0 ? first : communicator.rank == communicator.size - 1 ? last : 0
      return try communicator.agreedExitCode(own)
    }
    try communicator.expect(agreed(0, 0), equals: 0, "the code when all succeed")
    try communicator.expect(agreed(75, 75), equals: 75, "the code when all are stopped")
    try communicator.expect(agreed(65, 70), equals: 65, "the code of the lowest failing rank")
    if communicator.size > 1 {
      try communicator.expect(agreed(0, 75), equals: 75, "the code when one is stopped")
      try communicator.expect(agreed(75, 65), equals: 65, "the code when one fails")
    }
  }
}
