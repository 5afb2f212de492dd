import Randomness

/// BCNet (Su et al., CVPR 2021): a width is both its first and its last channels, averaged.
///
/// Every bin then serves the same number of widths; pairs of steps are exactly fair with ``ComplementarySampler``.
public struct BilaterallyCoupled: WeightSharing {
  /// The scheme.
  public init() {}

  /// Left and right subnet.
  public func scoringRealization(
    of widths: Widths, in space: SearchSpace, using stream: inout RandomStream
  ) -> Realization {
    Realization(
      widths: widths, subnets: [space.leftSubnet(of: widths), space.rightSubnet(of: widths)],
      combination: .mean)
  }
}
