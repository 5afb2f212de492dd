/// Stochastic complementary training (BCNet, Su et al., CVPR 2021): the step after a sample trains its complement.
///
/// With bilaterally coupled weights each such pair of steps uses all channels of a layer equally often: twice, or four
/// times where the layer is full and its own complement.
public struct ComplementarySampler: WidthSampling {
  private let space: SearchSpace
  private let sampler: WidthSampler
  private let complement: Complement

  /// The sampler of a space.
  public init(
    space: SearchSpace, layers: WidthSampler.Layers = .apart, complement: Complement = .exact,
    seed: UInt64
  ) {
    self.space = space
    self.complement = complement
    sampler = WidthSampler(space: space, layers: layers, seed: seed)
  }

  /// A sample, then its complement.
  public func passes(at step: Int) -> [SampledPass] {
    let widths = sampler.widths(at: step / 2)
    return [
      SampledPass([
        step.isMultiple(of: 2) ? widths : space.complement(of: widths, by: complement)
      ])
    ]
  }
}

/// How many bins the complement of a group has.
public enum Complement: Hashable, Sendable {
  /// Those that are left over, as BCNet's figure shows it; a full group, which uses every channel twice already, stays
  /// full.
  case exact
  /// One less than are left over, and at least one, as in BCNetV2's released code (`bcnet_sampler.py`): a pair of
  /// steps trains one bin of each side once, not twice, and at few bins the outer ones are trained more. Unlike that code,
  /// no width is narrower than the space allows.
  case oneShort

  fileprivate func bins(beside kept: Int, of total: Int) -> Int {
    switch self {
    case .exact: kept == total ? kept : total - kept
    case .oneShort: max(1, total - kept - 1)
    }
  }
}

extension SearchSpace {
  /// The widths that a pair of steps trains beside some others.
  ///
  /// Where the least or the most bins of a group leave a width without its complement, the nearest width stands in:
  /// only widths from 1 to all bins, or from b to all but b, are fair exactly.
  public func complement(of widths: Widths, by complement: Complement = .exact) -> Widths {
    Widths(
      bins: zip(widths.bins, ranges).map { kept, range in
        min(max(complement.bins(beside: kept, of: range.total), range.lowest), range.highest)
      })
  }
}
