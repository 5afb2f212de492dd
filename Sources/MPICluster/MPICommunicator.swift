import Cluster
import MPIShims
import Synchronization

/// All ranks of an MPI job.
///
/// Calls may come from any thread, one thread at a time; a lock around every call into MPI keeps a
/// mistake from becoming corruption. After a `timeout` only `MPISession.abort` is sound: MPI may
/// still hold the buffers of blocks on their way out.
public final class MPICommunicator: Communicator {
  /// This rank, in `0..<size`.
  public let rank: Int
  /// The number of ranks in the job.
  public let size: Int
  private let handle: mpi_communicator
  private let patience: Mutex<Duration>
  /// Held during every call into MPI, never while waiting.
  private let pendingSends = Mutex(PendingSends())

  /// How long one call waits for other ranks before it throws.
  public var deadline: Duration {
    get { patience.withLock { $0 } }
    set { patience.withLock { $0 = newValue } }
  }

  init(handle: mpi_communicator, rank: Int, size: Int, deadline: Duration) {
    self.handle = handle
    self.rank = rank
    self.size = size
    patience = Mutex(deadline)
  }

  /// Sends a small message and returns at once: the bytes are copied.
  ///
  /// Beyond the library's eager limit (4 KB inside a host, 64 KB between hosts) the bytes only move
  /// while this rank is in some call of the communicator.
  public func send(
    _ message: UnsafeRawBufferPointer, to peer: Int, tag: Int
  ) throws(ClusterError) {
    let copy = Array(message)
    try pendingSends.withLock { (pending) throws(ClusterError) in
      try pending.poll()
      try pending.start(copy, to: peer, tag: tag, on: handle)
    }
  }

  /// Sends and receives any number of blocks together.
  public func exchange(
    sending: [OutgoingBlock], receiving: [IncomingBlock], tag: Int
  ) throws(ClusterError) {
    // Receives first: what has a place to go needs no buffer of the library's.
    var operations: [Operation] = []
    for block in receiving { operations.append(try startReceive(block, tag)) }
    for block in sending { operations.append(try startSend(block, tag)) }
    try finish(operations, what: "an exchange with tag \(tag)")
  }

  /// Takes the next message with this tag from any rank; nil when none is there and `wait` is
  /// false.
  public func nextMessage(tag: Int, wait: Bool) throws(ClusterError) -> Message? {
    var polling = PolledWait(for: "a wait for any message with tag \(tag)", deadline: deadline)
    while true {
      if let message = try matchAny(tag) { return message }
      guard wait else { return nil }
      try polling.pause(peer: nil)
    }
  }

  /// Returns once every rank has called it.
  public func barrier() throws(ClusterError) {
    try runCollective("MPI_Ibarrier") { mpi_start_barrier(handle, &$0) }
  }

  /// Copies `bytes` of the root over those of all other ranks.
  public func broadcast(
    _ bytes: UnsafeMutableRawBufferPointer, from root: Int
  ) throws(ClusterError) {
    try runCollective("MPI_Ibcast") {
      mpi_start_broadcast(handle, bytes.baseAddress, bytes.count, Int32(root), &$0)
    }
  }

  /// Puts the blocks of all ranks one after another in rank order, on every rank.
  public func allGather(
    _ bytes: UnsafeRawBufferPointer, into result: UnsafeMutableRawBufferPointer
  ) throws(ClusterError) {
    precondition(result.count == size * bytes.count, "the result holds one block for each rank")
    try runCollective("MPI_Iallgather") {
      mpi_start_all_gather(handle, bytes.baseAddress, bytes.count, result.baseAddress, &$0)
    }
  }

  /// Waits until MPI has let go of every message sent.
  func finishSends() throws(ClusterError) {
    var polling = PolledWait(for: "the delivery of sent messages", deadline: deadline)
    while let peer = try firstPendingPeer() { try polling.pause(peer: peer) }
  }
}

extension MPICommunicator {
  private func locked<Result: Sendable>(
    _ body: () throws(ClusterError) -> Result
  ) throws(ClusterError) -> Result {
    try pendingSends.withLock { (_) throws(ClusterError) in try body() }
  }

  private func firstPendingPeer() throws(ClusterError) -> Int? {
    try pendingSends.withLock { (pending) throws(ClusterError) in
      try pending.poll()
      return pending.firstPeer
    }
  }

  private func startReceive(_ block: IncomingBlock, _ tag: Int) throws(ClusterError) -> Operation {
    try locked { () throws(ClusterError) in
      try Operation("MPI_Irecv", peer: block.peer, expectedBytes: block.buffer.count) {
        mpi_start_receive(
          handle, block.buffer.baseAddress, block.buffer.count, Int32(block.peer), Int32(tag), &$0)
      }
    }
  }

  private func startSend(_ block: OutgoingBlock, _ tag: Int) throws(ClusterError) -> Operation {
    try locked { () throws(ClusterError) in
      try Operation("MPI_Isend", peer: block.peer) {
        mpi_start_send(
          handle, block.bytes.baseAddress, block.bytes.count, Int32(block.peer), Int32(tag), &$0)
      }
    }
  }

  private func runCollective(
    _ call: String, start: (inout mpi_request) -> Int32
  ) throws(ClusterError) {
    let operation = try locked { () throws(ClusterError) in try Operation(call, start: start) }
    try finish([operation], what: call)
  }

  /// Takes a message from the library in two steps, so that its size is known before it needs a
  /// place.
  private func matchAny(_ tag: Int) throws(ClusterError) -> Message? {
    var found = false
    var envelope = mpi_envelope()
    var matched: mpi_matched_message = 0
    try locked { () throws(ClusterError) in
      try check(mpi_match_any(handle, Int32(tag), &found, &envelope, &matched), "MPI_Improbe")
    }
    guard found else { return nil }
    let source = Int(envelope.source)
    var bytes = [UInt8](repeating: 0, count: envelope.byte_count)
    try bytes.withUnsafeMutableBufferPointer { (buffer) throws(ClusterError) in
      let operation = try locked { () throws(ClusterError) in
        try Operation("MPI_Imrecv", peer: source, expectedBytes: buffer.count) {
          mpi_start_matched_receive(matched, buffer.baseAddress, buffer.count, &$0)
        }
      }
      try finish([operation], what: "a message from rank \(source)")
    }
    return Message(source: source, bytes: bytes)
  }

  private func finish(_ operations: [Operation], what: String) throws(ClusterError) {
    var operations = operations
    var polling = PolledWait(for: what, deadline: deadline)
    do throws(ClusterError) {
      while let unfinished = try pollAll(&operations) {
        try polling.pause(peer: unfinished.peer)
      }
    } catch {
      try locked { for index in operations.indices { operations[index].abandon() } }
      throw error
    }
  }

  /// Polls what is not done yet, and returns the first that still is not.
  private func pollAll(_ operations: inout [Operation]) throws(ClusterError) -> Operation? {
    try locked { () throws(ClusterError) in
      for index in operations.indices where !operations[index].isDone {
        try operations[index].poll()
      }
      return operations.first { !$0.isDone }
    }
  }
}
