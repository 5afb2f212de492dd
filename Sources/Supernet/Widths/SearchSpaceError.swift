/// Why widths or bins do not fit a network.
public enum SearchSpaceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// A list has not one number for each width group.
  case wrongCount(network: String, expected: Int, actual: Int)
  /// A group has no such widths.
  case impossibleBins(group: String, channels: Int, range: BinRange)
  /// A group has no such width.
  case outOfRange(group: String, bins: Int, range: BinRange)
  /// A group's bins differ in size, but must be able to stand in for each other.
  case unequalBins(group: String, channels: Int, bins: Int)
  /// A group's channels are no multiple of the bins that its cost asks for.
  case unevenBins(group: String, channels: Int, sizes: [Int])

  /// One sentence.
  public var description: String {
    switch self {
    case .wrongCount(let network, let expected, let actual):
      "\(network) has \(expected) width groups, but \(actual) numbers were given"
    case .impossibleBins(let group, let channels, let range)
    where !(1...channels).contains(range.total):
      "the group \(group) has \(channels) channels and cannot be cut into \(range.total) bins; "
        + "1 to \(channels) are possible"
    case .impossibleBins(let group, _, let range):
      "the group \(group) of \(range.total) bins has no widths from \(range.lowest) to "
        + "\(range.highest) bins; they must lie between 1 and \(range.total), the least first"
    case .unequalBins(let group, let channels, let bins):
      "free channels need bins of one size, but the \(channels) channels of the group \(group) are "
        + "no multiple of \(bins) bins"
    case .unevenBins(let group, let channels, let sizes):
      "the group \(group) has \(channels) channels, which no bins of \(listed(sizes)) channels fill, "
        + "as its cost asks for; bins of "
        + "\(listed((1...channels).filter(channels.isMultiple(of:)))) channels would do"
    case .outOfRange(let group, let bins, let range):
      "the group \(group) has no width of \(bins) bins; \(range.lowest) to \(range.highest) "
        + "are possible"
    }
  }
}

/// "4, 5 or 6".
private func listed(_ numbers: [Int]) -> String {
  let words = numbers.map(String.init)
  guard let last = words.last, words.count > 1 else { return words.joined() }
  return words.dropLast().joined(separator: ", ") + " or " + last
}
