import Randomness

/// Draws widths, every number of bins equally likely; a step trains one sample.
public struct WidthSampler: WidthSampling {
  /// How the groups of one sample go together.
  public enum Layers: Sendable {
    /// Each draws alone, as in AutoSlim (Yu and Huang 2019).
    case apart
    /// One multiplier for all, as in slimmable networks (Yu et al., ICLR 2019) and universally slimmable ones (Yu and Huang,
    /// ICCV 2019).
    case together
  }

  private let choices: [ClosedRange<Int>]
  private let layers: Layers
  private let seed: UInt64

  /// The sampler of a space; every rank with the same seed draws the same widths.
  public init(space: SearchSpace, layers: Layers = .apart, seed: UInt64) {
    choices = space.choices
    self.layers = layers
    self.seed = seed
  }

  /// The sample with a number from 0, whatever was drawn before.
  ///
  /// - Parameter index: tells several samples of one number apart.
  public func widths(at sample: Int, index: Int = 0) -> Widths {
    var stream = RandomStream(seed: seed, purpose: .widths, step: sample, index: index)
    switch layers {
    case .apart: return Widths(bins: choices.map { stream.integer(in: $0) })
    case .together: return multiple(stream.integer(below: multipliers))
    }
  }

  /// Several samples of one number, to stand between the widest and the narrowest network.
  ///
  /// Of one multiplier for all layers they are all different and neither of these, so that as many as there are multipliers are all of them.
  func between(_ count: Int, at sample: Int) -> [Widths] {
    guard layers == .together else { return (0..<count).map { widths(at: sample, index: $0) } }
    var stream = RandomStream(seed: seed, purpose: .widths, step: sample)
    return stream.permutation(of: max(0, multipliers - 2)).prefix(count).map { multiple($0 + 1) }
  }

  /// One sample.
  public func passes(at step: Int) -> [SampledPass] { [SampledPass([widths(at: step)])] }

  /// Multipliers that some group tells apart.
  private var multipliers: Int { choices.map(\.count).max() ?? 1 }

  /// All groups at one multiplier, counted from 0, the narrowest; groups of fewer widths take the nearest.
  private func multiple(_ place: Int) -> Widths {
    let steps = max(1, multipliers - 1)
    return Widths(
      bins: choices.map { $0.lowerBound + (2 * place * ($0.count - 1) + steps) / (2 * steps) })
  }
}
