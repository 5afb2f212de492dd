import Synchronization

/// A rank that is a thread: messages are copied through a shared switchboard.
final class InProcessCommunicator: Communicator {
  let rank: Int
  let size: Int
  private let switchboard: Monitor<Switchboard>
  private let patience: Mutex<Duration>

  var deadline: Duration {
    get { patience.withLock { $0 } }
    set { patience.withLock { $0 = newValue } }
  }

  init(rank: Int, size: Int, switchboard: Monitor<Switchboard>, deadline: Duration) {
    self.rank = rank
    self.size = size
    self.switchboard = switchboard
    patience = Mutex(deadline)
  }

  func send(_ message: UnsafeRawBufferPointer, to peer: Int, tag: Int) throws(ClusterError) {
    precondition(peer >= 0 && peer < size, "rank \(peer) is not one of \(size)")
    let bytes = Array(message)
    switchboard.update { $0.post(bytes, from: rank, to: peer, tag: tag) }
  }

  func exchange(
    sending: [OutgoingBlock], receiving: [IncomingBlock], tag: Int
  ) throws(ClusterError) {
    for block in sending { try send(block.bytes, to: block.peer, tag: tag) }
    for block in receiving {
      let message = try take(from: block.peer, tag: tag, what: "a receive with tag \(tag)")
      guard message.bytes.count == block.buffer.count else {
        throw .wrongSize(
          expected: block.buffer.count, received: message.bytes.count, peer: block.peer)
      }
      block.buffer.copyBytes(from: message.bytes)
    }
  }

  func nextMessage(tag: Int, wait: Bool) throws(ClusterError) -> Message? {
    if wait { return try take(from: nil, tag: tag, what: "a wait for any message with tag \(tag)") }
    return try switchboard.update { (board) throws(ClusterError) in
      try takeIfThere(on: &board, from: nil, tag: tag)
    }
  }

  func barrier() throws(ClusterError) {
    try allGather(
      UnsafeRawBufferPointer(start: nil, count: 0),
      into: UnsafeMutableRawBufferPointer(start: nil, count: 0))
  }

  func broadcast(
    _ bytes: UnsafeMutableRawBufferPointer, from root: Int
  ) throws(ClusterError) {
    let peers = (0..<size).filter { $0 != root }
    try exchange(
      sending: rank == root
        ? peers.map { OutgoingBlock(UnsafeRawBufferPointer(bytes), to: $0) } : [],
      receiving: rank == root ? [] : [IncomingBlock(from: root, into: bytes)],
      tag: ReservedTag.broadcast)
  }

  func allGather(
    _ bytes: UnsafeRawBufferPointer, into result: UnsafeMutableRawBufferPointer
  ) throws(ClusterError) {
    precondition(result.count == size * bytes.count, "the result holds one block for each rank")
    try exchange(
      sending: (0..<size).map { OutgoingBlock(bytes, to: $0) },
      receiving: (0..<size).map { peer in
        let place = peer * bytes.count..<(peer + 1) * bytes.count
        return IncomingBlock(
          from: peer, into: UnsafeMutableRawBufferPointer(rebasing: result[place]))
      },
      tag: ReservedTag.allGather)
  }

  private func take(from peer: Int?, tag: Int, what: String) throws(ClusterError) -> Message {
    let deadline = deadline
    let message = try switchboard.wait(atMost: deadline) { (board) throws(ClusterError) in
      try takeIfThere(on: &board, from: peer, tag: tag)
    }
    guard let message else {
      throw .timeout(what: what, seconds: deadline / .seconds(1), peer: peer)
    }
    return message
  }

  private func takeIfThere(
    on board: inout Switchboard, from peer: Int?, tag: Int
  ) throws(ClusterError) -> Message? {
    if let message = board.take(for: rank, from: peer, tag: tag) { return message }
    if let failure = board.failure { throw .peerFailed(rank: failure.rank) }
    return nil
  }
}
