import Randomness

/// Draws the widths that supernet training visits: every number of bins equally likely, each group alone.
public struct WidthSampler: Sendable {
  private let ranges: [BinRange]
  private let seed: UInt64

  /// The sampler of a space; every rank with the same seed draws the same widths.
  public init(space: SearchSpace, seed: UInt64) {
    ranges = space.ranges
    self.seed = seed
  }

  /// The sample with a number from 0, whatever was drawn before.
  public func widths(at sample: Int) -> Widths {
    var stream = RandomStream(seed: seed, purpose: .widths, step: sample)
    return Widths(
      bins: ranges.map { $0.lowest + stream.integer(below: $0.widths.count) })
  }
}
