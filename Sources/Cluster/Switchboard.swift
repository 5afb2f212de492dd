/// The messages under way between the ranks of one process, and the first failure among them.
struct Switchboard {
  private struct Envelope {
    let source: Int
    let tag: Int
    let bytes: [UInt8]
  }

  /// Per receiver, in order of arrival.
  private var inboxes: [[Envelope]]
  /// The rank that failed first, and how.
  private(set) var failure: (rank: Int, error: any Error)?

  init(ranks: Int) {
    inboxes = Array(repeating: [], count: ranks)
  }

  mutating func noteFailure(of rank: Int, _ error: any Error) {
    if failure == nil { failure = (rank, error) }
  }

  mutating func post(_ bytes: [UInt8], from source: Int, to receiver: Int, tag: Int) {
    inboxes[receiver].append(Envelope(source: source, tag: tag, bytes: bytes))
  }

  /// Takes the oldest message with this tag, from one rank or, with a nil source, from any.
  mutating func take(for receiver: Int, from source: Int?, tag: Int) -> Message? {
    let index = inboxes[receiver].firstIndex {
      $0.tag == tag && (source == nil || $0.source == source)
    }
    guard let index else { return nil }
    let envelope = inboxes[receiver].remove(at: index)
    return Message(source: envelope.source, bytes: envelope.bytes)
  }
}
