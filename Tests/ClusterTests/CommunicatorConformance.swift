import Cluster
import Glibc

/// Everything a communicator promises; run over every implementation, on every number of ranks.
enum CommunicatorConformance {
  static let checks = messageChecks + collectiveChecks + gatheringChecks + treeChecks
}

// MARK: - Messages

extension CommunicatorConformance {
  static let messageChecks = [
    ConformanceCheck("messages keep their order per source and tag", keepOrder),
    ConformanceCheck("sending never waits for the receiver", sendWithoutReceiver),
    ConformanceCheck("all ranks exchange large blocks at once", exchangeLargeBlocks),
    ConformanceCheck("messages of unknown size come from anybody", takeFromAnybody),
    ConformanceCheck("looking for a message does not wait", lookWithoutWaiting),
    ConformanceCheck("a message of another size is refused", refuseOtherSizes),
    ConformanceCheck("a wait in vain ends at the deadline", endAtDeadline),
  ]

  private static func keepOrder(_ communicator: any Communicator) throws {
    let me = UInt8(communicator.rank)
    for peer in 0..<communicator.size {
      for number in 0..<20 as Range<UInt8> {
        try communicator.send([me, number], to: peer, tag: 1 + Int(number % 2))
      }
    }
    for peer in (0..<communicator.size).reversed() {
      for number in Array(stride(from: 1, to: 20, by: 2)) + Array(stride(from: 0, to: 20, by: 2)) {
        let message = try communicator.receive(2, from: peer, tag: 1 + number % 2)
        try communicator.expect(message, equals: [UInt8(peer), UInt8(number)], "a message")
      }
    }
  }

  /// Larger than any eager limit, so that a plain blocking send of all ranks at once would hang.
  private static func sendWithoutReceiver(_ communicator: any Communicator) throws {
    let count = 1 << 20
    let next = (communicator.rank + 1) % communicator.size
    let previous = (communicator.rank + communicator.size - 1) % communicator.size
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 + communicator.rank) }
    try communicator.send(bytes, to: next, tag: 3)
    let received = try communicator.receive(count, from: previous, tag: 3)
    let wanted = (0..<count).map { UInt8(truncatingIfNeeded: $0 + previous) }
    try communicator.expect(received == wanted, equals: true, "the message's content")
  }

  private static func exchangeLargeBlocks(_ communicator: any Communicator) throws {
    let (count, size, rank) = (200_003, communicator.size, communicator.rank)
    let outgoing = (0..<size).flatMap { Array(repeating: UInt8(10 * rank + $0), count: count) }
    var incoming = [UInt8](repeating: 255, count: size * count)
    try outgoing.withUnsafeBytes { sent in
      try incoming.withUnsafeMutableBytes { received in
        try communicator.exchange(
          sending: (0..<size).map {
            OutgoingBlock(.init(rebasing: sent[$0 * count..<($0 + 1) * count]), to: $0)
          },
          receiving: (0..<size).map {
            IncomingBlock(
              from: $0, into: .init(rebasing: received[$0 * count..<($0 + 1) * count]))
          }, tag: 4)
      }
    }
    let wanted = (0..<size).flatMap { Array(repeating: UInt8(10 * $0 + rank), count: count) }
    try communicator.expect(incoming == wanted, equals: true, "the exchanged content")
  }

  private static func takeFromAnybody(_ communicator: any Communicator) throws {
    let mine = [UInt8](repeating: UInt8(communicator.rank), count: 3 * communicator.rank)
    try communicator.send(mine, to: 0, tag: 5)
    if communicator.rank == 0 {
      var messages: [Message] = []
      for _ in 0..<communicator.size {
        messages.append(try communicator.nextMessage(tag: 5, wait: true)!)
      }
      let wanted = (0..<communicator.size).map {
        Message(source: $0, bytes: Array(repeating: UInt8($0), count: 3 * $0))
      }
      try communicator.expect(
        messages.sorted { $0.source < $1.source }, equals: wanted, "what came from anybody")
    }
    try communicator.barrier()
  }

  private static func lookWithoutWaiting(_ communicator: any Communicator) throws {
    let nothing = try communicator.nextMessage(tag: 6, wait: false)
    try communicator.expect(nothing, equals: nil, "a message that nobody sent")
    try communicator.barrier()
    try communicator.send([7], to: communicator.rank, tag: 6)
    var found = try communicator.nextMessage(tag: 6, wait: false)
    while found == nil { found = try communicator.nextMessage(tag: 6, wait: false) }
    try communicator.expect(
      found, equals: Message(source: communicator.rank, bytes: [7]), "a message to oneself")
  }

  private static func refuseOtherSizes(_ communicator: any Communicator) throws {
    let next = (communicator.rank + 1) % communicator.size
    let previous = (communicator.rank + communicator.size - 1) % communicator.size
    for expected in [4, 12] {
      try communicator.send([UInt8](repeating: 1, count: 8), to: next, tag: 7)
      let error = try communicator.error { () throws(ClusterError) in
        _ = try communicator.receive(expected, from: previous, tag: 7)
      }
      try communicator.expect(
        error, equals: .wrongSize(expected: expected, received: 8, peer: previous), "the error")
    }
  }

  private static func endAtDeadline(_ communicator: any Communicator) throws {
    let usual = communicator.deadline
    communicator.deadline = .milliseconds(200)
    let next = (communicator.rank + 1) % communicator.size
    let receiving = try communicator.error { () throws(ClusterError) in
      _ = try communicator.receive(1, from: next, tag: 8)
    }
    let waiting = try communicator.error { () throws(ClusterError) in
      _ = try communicator.nextMessage(tag: 8, wait: true)
    }
    communicator.deadline = usual
    guard case .timeout(_, 0.2, next) = receiving, case .timeout(_, 0.2, nil) = waiting else {
      throw ConformanceFailure(description: "\(receiving) \(waiting)")
    }
  }
}

// MARK: - Collectives

extension CommunicatorConformance {
  static let collectiveChecks = [
    ConformanceCheck("nobody leaves a barrier before all have come", holdAtBarrier),
    ConformanceCheck("a broadcast reaches all from every root", broadcastFromEveryRoot),
    ConformanceCheck("collectives follow each other without mixing", repeatCollectives),
  ]

  /// The ranks of a test share a host, and so its monotonic clock.
  private static func holdAtBarrier(_ communicator: any Communicator) throws {
    usleep(UInt32(20_000 * communicator.rank))
    let arrival = monotonicNanoseconds()
    try communicator.barrier()
    let departure = monotonicNanoseconds()
    let lastArrival = try communicator.gather([arrival]).max()!
    try communicator.expect(departure >= lastArrival, equals: true, "leaving after the last came")
  }

  private static func monotonicNanoseconds() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }

  private static func broadcastFromEveryRoot(_ communicator: any Communicator) throws {
    for root in 0..<communicator.size {
      for count in [0, 1, 100_001] {
        let wanted = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 + root) }
        let own = communicator.rank == root ? wanted : [9, 9]
        let received = try communicator.broadcast(bytes: own, from: root)
        try communicator.expect(received == wanted, equals: true, "\(count) bytes from \(root)")
      }
    }
  }

  private static func repeatCollectives(_ communicator: any Communicator) throws {
    for round in 0..<50 {
      let all = try communicator.gather([round, communicator.rank])
      try communicator.expect(
        all, equals: (0..<communicator.size).flatMap { [round, $0] }, "gathered values")
      try communicator.barrier()
    }
  }
}
