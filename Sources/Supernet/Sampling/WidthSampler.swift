import Randomness

/// Draws widths: every number of bins equally likely, each group alone; a step trains one sample.
public struct WidthSampler: WidthSampling {
  private let choices: [ClosedRange<Int>]
  private let seed: UInt64

  /// The sampler of a space; every rank with the same seed draws the same widths.
  public init(space: SearchSpace, seed: UInt64) {
    choices = space.choices
    self.seed = seed
  }

  /// The sample with a number from 0, whatever was drawn before.
  ///
  /// - Parameter index: tells several samples of one number apart.
  public func widths(at sample: Int, index: Int = 0) -> Widths {
    var stream = RandomStream(seed: seed, purpose: .widths, step: sample, index: index)
    return Widths(bins: choices.map { stream.integer(in: $0) })
  }

  /// One sample.
  public func passes(at step: Int) -> [SampledPass] { [SampledPass([widths(at: step)])] }
}
