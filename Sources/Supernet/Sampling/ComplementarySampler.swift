/// Stochastic complementary training (BCNet, Su et al., CVPR 2021): the step after a sample trains its complement.
///
/// With bilaterally coupled weights each such pair of steps uses all channels of a layer equally often: twice, or four
/// times where the layer is full and its own complement.
public struct ComplementarySampler: WidthSampling {
  private let space: SearchSpace
  private let sampler: WidthSampler

  /// The sampler of a space.
  public init(space: SearchSpace, layers: WidthSampler.Layers = .apart, seed: UInt64) {
    self.space = space
    sampler = WidthSampler(space: space, layers: layers, seed: seed)
  }

  /// A sample, then its complement.
  public func passes(at step: Int) -> [SampledPass] {
    let widths = sampler.widths(at: step / 2)
    return [SampledPass([step.isMultiple(of: 2) ? widths : space.complement(of: widths)])]
  }
}

extension SearchSpace {
  /// The bins that are left over; a full group already uses every channel twice and stays full.
  ///
  /// Where the least or the most bins of a group leave a width without its complement, the nearest width stands in:
  /// only widths from 1 to all bins, or from b to all but b, are fair exactly.
  public func complement(of widths: Widths) -> Widths {
    Widths(
      bins: zip(widths.bins, ranges).map { kept, range in
        if kept == range.total { return kept }
        return min(max(range.total - kept, range.lowest), range.highest)
      })
  }
}
