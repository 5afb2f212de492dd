/// The weight-sharing rules by the short names of their papers.
public enum WeightSharingScheme: String, CaseIterable, Codable, Sendable {
  /// Unilaterally augmented: the first channels.
  case ua
  /// Bilaterally coupled: the first and the last channels.
  case bcnet

  /// The rule itself.
  public var sharing: any WeightSharing {
    switch self {
    case .ua: UnilaterallyAugmented()
    case .bcnet: BilaterallyCoupled()
    }
  }
}
