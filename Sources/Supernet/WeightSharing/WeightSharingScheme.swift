/// The weight-sharing schemes by the short names of their papers: a rule, and the space in which it is fair.
public enum WeightSharingScheme: String, CaseIterable, Codable, Sendable {
  /// Unilaterally augmented: the first channels.
  case ua
  /// Bilaterally coupled: the first and the last channels.
  case bcnet
  /// Bilaterally coupled over a doubled base.
  case bcnetv2

  /// Locally free channels around the edge of a width.
  case cafenet

  /// The rule itself, as published.
  public var sharing: any WeightSharing {
    switch self {
    case .ua: UnilaterallyAugmented()
    case .bcnet, .bcnetv2: BilaterallyCoupled()
    case .cafenet: LocallyFree()
    }
  }

  /// The space in which a network's groups have these widths.
  public func space(
    _ architecture: Architecture, ranges: [BinRange]
  ) throws(SearchSpaceError) -> SearchSpace {
    switch self {
    case .ua, .bcnet, .cafenet:
      let space = try SearchSpace(architecture, ranges: ranges)
      if self == .cafenet { try space.checkEqualBins() }
      return space
    case .bcnetv2: return try .doubledBase(architecture, ranges: ranges)
    }
  }
}
