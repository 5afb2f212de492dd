import Randomness

/// BCNet (Su et al., CVPR 2021): a width is both its first and its last channels, averaged.
///
/// Every bin then serves the same number of widths. The step after a sample trains its complement, so that
/// each such pair of steps uses every channel exactly twice.
public struct BilaterallyCoupled: WeightSharing {
  /// The scheme.
  public init() {}

  /// The sample, then its complement.
  public var stepsPerSample: Int { 2 }

  /// Left and right subnet of the sample, then those of its complement.
  public func trainingRealizations(
    of widths: Widths, in space: SearchSpace, using stream: inout RandomStream
  ) -> [Realization] {
    [widths, complement(of: widths, in: space)].map {
      scoringRealization(of: $0, in: space, using: &stream)
    }
  }

  /// Left and right subnet.
  public func scoringRealization(
    of widths: Widths, in space: SearchSpace, using stream: inout RandomStream
  ) -> Realization {
    Realization(
      widths: widths, subnets: [space.leftSubnet(of: widths), space.rightSubnet(of: widths)],
      combination: .mean)
  }

  /// The bins that are left over; a full group already uses every channel twice and stays full.
  ///
  /// Where the least or the most bins of a group leave a width without its complement, the nearest width stands in:
  /// only widths from 1 to all bins, or from b to all but b, are fair exactly.
  private func complement(of widths: Widths, in space: SearchSpace) -> Widths {
    Widths(
      bins: zip(widths.bins, space.ranges).map { kept, range in
        if kept == range.total { return kept }
        return min(max(range.total - kept, range.lowest), range.highest)
      })
  }
}
