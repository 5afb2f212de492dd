/// One rank's view of all ranks of a job.
///
/// Point-to-point messages carry a tag and keep their order per (source, tag). Collectives
/// (`barrier`, `broadcast`, `allGather` and everything built on them) are called by every rank in
/// the same order. Every wait has a deadline and throws `ClusterError.timeout` when it passes;
/// after any error a rank may rely on nothing but ending. Tags `0..<32_000` belong to the caller,
/// those above to this module.
public protocol Communicator: AnyObject, Sendable {
  /// This rank, in `0..<size`.
  var rank: Int { get }
  /// The number of ranks in the job.
  var size: Int { get }
  /// How long one call waits for other ranks before it throws; may be changed between calls.
  var deadline: Duration { get set }

  /// Sends a small message and returns at once: the bytes are copied.
  func send(_ message: UnsafeRawBufferPointer, to peer: Int, tag: Int) throws(ClusterError)

  /// Sends and receives any number of blocks together, so that all ranks may do so at once without
  /// deadlock.
  ///
  /// Every block is complete on return. At most one block goes to and one comes from each peer.
  func exchange(
    sending: [OutgoingBlock], receiving: [IncomingBlock], tag: Int
  ) throws(ClusterError)

  /// Takes the next message with this tag from any rank, its size unknown before.
  ///
  /// - Returns: nil when none is there and `wait` is false.
  func nextMessage(tag: Int, wait: Bool) throws(ClusterError) -> Message?

  /// Returns once every rank has called it.
  func barrier() throws(ClusterError)

  /// Copies `bytes` of the root over those of all other ranks; the size is the same everywhere.
  func broadcast(_ bytes: UnsafeMutableRawBufferPointer, from root: Int) throws(ClusterError)

  /// Puts the blocks of all ranks, equal in size, one after another in rank order, on every rank.
  ///
  /// `result` holds `size` times the bytes of `bytes`.
  func allGather(
    _ bytes: UnsafeRawBufferPointer, into result: UnsafeMutableRawBufferPointer
  ) throws(ClusterError)
}

extension Communicator {
  /// Receives one message of exactly the size of `buffer` from one rank.
  public func receive(
    into buffer: UnsafeMutableRawBufferPointer, from peer: Int, tag: Int
  ) throws(ClusterError) {
    try exchange(sending: [], receiving: [IncomingBlock(from: peer, into: buffer)], tag: tag)
  }
}

/// Bytes on their way to a rank; they stay untouched until the exchange returns.
public struct OutgoingBlock {
  /// The rank that receives them.
  public let peer: Int
  /// What is sent.
  public let bytes: UnsafeRawBufferPointer

  /// Names the bytes and their receiver.
  public init(_ bytes: UnsafeRawBufferPointer, to peer: Int) {
    self.peer = peer
    self.bytes = bytes
  }
}

/// A place for bytes that a rank sends; exactly as many must come as it holds.
public struct IncomingBlock {
  /// The rank that sends them.
  public let peer: Int
  /// Where they go.
  public let buffer: UnsafeMutableRawBufferPointer

  /// Names the sender and the place.
  public init(from peer: Int, into buffer: UnsafeMutableRawBufferPointer) {
    self.peer = peer
    self.buffer = buffer
  }
}

/// A message from any rank.
public struct Message: Equatable, Sendable {
  /// The rank that sent it.
  public let source: Int
  /// What it sent.
  public let bytes: [UInt8]

  /// A message as received.
  public init(source: Int, bytes: [UInt8]) {
    self.source = source
    self.bytes = bytes
  }
}

/// Tags that this module keeps for itself, inside the 32767 that every MPI library offers.
enum ReservedTag {
  static let partialSums = 32_001
  static let sharedSums = 32_002
  static let broadcast = 32_003
  static let allGather = 32_004
}
