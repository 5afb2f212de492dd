import Randomness

/// UA: a width always keeps the first channels, as in slimmable networks.
///
/// Of K bins the first serves all K widths and the last only one, an unfairness that biases scores.
public struct UnilaterallyAugmented: WeightSharing {
  /// The scheme.
  public init() {}

  /// The left subnet.
  public func scoringRealization(
    of widths: Widths, in space: SearchSpace, using stream: inout RandomStream
  ) -> Realization {
    Realization(widths: widths, subnets: [space.leftSubnet(of: widths)], combination: .mean)
  }
}
