/// Memory that is copied next, asked for share by share while kernels multiply what is in cache.
///
/// A core that copies waits for memory most of the time, and memory rests while the core multiplies. What is asked for
/// is a guess at what the same thread takes next: it shows in the time, never in the bits.
package struct ReadAhead {
  /// Some floats.
  package typealias Share = UnsafeBufferPointer<Float>

  private var pieces: [Share]
  private var current = 0
  private let shareFloats: Int

  /// Divides pieces among calls of kernels so that all is asked for, if there are more calls than pieces.
  ///
  /// - Parameter pieces: what is wanted, in the order in which it is read; at least one.
  package init(_ pieces: [Share], calls: Int) {
    precondition(!pieces.isEmpty, "something is read next")
    self.pieces = pieces
    // A piece may end with a share that is smaller than the others.
    let total = pieces.reduce(0) { $0 + $1.count }
    shareFloats = roundedUp(total / max(1, calls - pieces.count) + 1, to: 16)
  }

  /// The share of the next call; empty once all is asked for.
  package mutating func next() -> (start: UnsafePointer<Float>, floats: Int) {
    while current + 1 < pieces.count && pieces[current].isEmpty { current += 1 }
    let piece = pieces[current]
    guard let start = piece.baseAddress else { preconditionFailure("a piece lies somewhere") }
    let floats = min(shareFloats, piece.count)
    pieces[current] = Share(start: start + floats, count: piece.count - floats)
    return (start, floats)
  }
}
