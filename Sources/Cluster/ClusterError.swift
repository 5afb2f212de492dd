/// What can go wrong between ranks.
///
/// After any of these the ranks no longer agree on where they are: the only sound answer is to end
/// the whole job and start again from what is on disk.
public enum ClusterError: Error, Equatable, CustomStringConvertible, Sendable {
  /// A job was started on more ranks than there are logical shards to own.
  case tooManyRanks(ranks: Int, shards: Int)
  /// Nothing came within the deadline; `peer` is the rank waited for, nil where it was any or all.
  case timeout(what: String, seconds: Double, peer: Int?)
  /// Another rank has failed, so what this one waits for will never come.
  case peerFailed(rank: Int)
  /// A message of another size (bytes) than expected; ranks disagree on what they are doing.
  case wrongSize(expected: Int, received: Int, peer: Int)
  /// The communication library refused a call.
  case library(call: String, reason: String)

  /// One sentence for the user.
  public var description: String {
    switch self {
    case .tooManyRanks(let ranks, let shards):
      "\(ranks) ranks cannot share \(shards) logical shards: start at most \(shards) ranks, "
        + "or configure more shards."
    case .timeout(let what, let seconds, let peer):
      "Waited \(seconds) s in vain for \(peer.map { "rank \($0)" } ?? "the other ranks") in \(what)."
    case .peerFailed(let rank):
      "Rank \(rank) has failed, so this rank cannot go on."
    case .wrongSize(let expected, let received, let peer):
      "Rank \(peer) sent a message of \(received) bytes where \(expected) were expected."
    case .library(let call, let reason):
      "\(call) failed: \(reason)."
    }
  }
}
