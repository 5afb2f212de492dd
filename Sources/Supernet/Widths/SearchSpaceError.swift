/// Why widths or bins do not fit a network.
public enum SearchSpaceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A list has not one number for each width group.
  case wrongCount(network: String, expected: Int, actual: Int)
  /// A group cannot be cut into so many bins.
  case impossibleBins(group: String, channels: Int, bins: Int)
  /// A group has no such width.
  case outOfRange(group: String, bins: Int, highest: Int)

  /// One sentence.
  public var description: String {
    switch self {
    case .wrongCount(let network, let expected, let actual):
      "\(network) has \(expected) width groups, but \(actual) numbers were given"
    case .impossibleBins(let group, let channels, let bins):
      "the group \(group) has \(channels) channels and cannot be cut into \(bins) bins; "
        + "1 to \(channels) are possible"
    case .outOfRange(let group, let bins, let highest):
      "the group \(group) has no width of \(bins) bins; 1 to \(highest) are possible"
    }
  }
}
