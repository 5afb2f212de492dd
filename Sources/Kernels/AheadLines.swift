import CPUShims

/// Floats of a cache line.
let floatsOfLine = 16

/// Memory that is wanted next, asked for in equal steps while a kernel multiplies: in its inner loop, since requests in a
/// heap would keep the kernel's own reads waiting.
struct AheadLines {
  private var place: UnsafeRawPointer
  private let step: Int

  /// So many floats in so many turns; in few turns only every so many-th line is asked for.
  init(_ start: UnsafePointer<Float>, floats: Int, turns: Int) {
    place = UnsafeRawPointer(start)
    step = floats == 0 ? 0 : (floats * 4 + turns - 1) / max(1, turns)
  }

  /// A cache line a turn, from a place on.
  @inline(always)
  init(from start: UnsafePointer<Float>) {
    place = UnsafeRawPointer(start)
    step = 4 * floatsOfLine
  }

  /// Takes a turn.
  @inline(always)
  mutating func ask() {
    cpu_prefetch(place)
    place += step
  }

  /// Passes over turns that a copy has taken.
  @inline(always)
  mutating func skip(_ turns: Int) { place += turns * step }
}
