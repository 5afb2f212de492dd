/// The part a network plays in the comparison; it decides colour and marker in every chart.
public enum NetworkRole: String, Codable, Hashable, Sendable, CaseIterable {
  /// All widths at once, sharing weights.
  case supernet
  /// The network at full width.
  case base
  /// Every layer scaled by the same factor to the winner's budget.
  case uniform
  /// The network the search chose.
  case winner
}

/// One row of the final table.
public struct NetworkResult: Codable, Hashable, Sendable {
  /// The part it plays.
  public let role: NetworkRole
  /// Its name in the table.
  public let name: String
  /// Multiply-accumulates for one image.
  public let macs: Int
  /// Learnt numbers.
  public let parameters: Int
  /// Channels of each width group.
  public let channels: [Int]
  /// Score with the supernet's weights on the images held out for the search; nil if not scored.
  public let supernetAccuracy: Double?
  /// Accuracy on the test set after its own training; nil before that.
  public let testAccuracy: Double?

  /// One row of the final table.
  public init(
    role: NetworkRole, name: String, macs: Int, parameters: Int, channels: [Int],
    supernetAccuracy: Double? = nil, testAccuracy: Double? = nil
  ) {
    self.role = role
    self.name = name
    self.macs = macs
    self.parameters = parameters
    self.channels = channels
    self.supernetAccuracy = supernetAccuracy
    self.testAccuracy = testAccuracy
  }
}
