/// The weight-sharing schemes by the short names of their papers: a rule, and the space in which it is fair.
public enum WeightSharingScheme: String, CaseIterable, Codable, Sendable {
  /// Unilaterally augmented: the first channels.
  case ua
  /// Bilaterally coupled: the first and the last channels.
  case bcnet
  /// Bilaterally coupled over a doubled base.
  case bcnetv2

  /// The rule itself.
  public var sharing: any WeightSharing {
    switch self {
    case .ua: UnilaterallyAugmented()
    case .bcnet, .bcnetv2: BilaterallyCoupled()
    }
  }

  /// The widths of a network from `lowest` to `bins` of as many equal bins of its channels.
  public func space(
    _ architecture: Architecture, bins: Int, lowest: Int
  ) throws(SearchSpaceError) -> SearchSpace {
    switch self {
    case .ua, .bcnet:
      let range = BinRange(lowest: lowest, total: bins)
      return try SearchSpace(architecture, ranges: architecture.widthGroups.map { _ in range })
    case .bcnetv2: return try .doubledBase(architecture, bins: bins, base: lowest)
    }
  }
}
