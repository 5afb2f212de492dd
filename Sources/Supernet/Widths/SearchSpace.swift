/// All the widths a network may have: its width groups, each cut into bins of channels.
public struct SearchSpace: Hashable, Sendable {
  /// The network at full width.
  public let architecture: Architecture
  /// The variables, in network order.
  public let groups: [WidthGroup]
  /// Which widths each group has.
  public let ranges: [BinRange]

  private let groupOfNode: [Int?]
  private let channelsOfBins: [[Int]]

  /// The space in which every group is cut into the same number of bins.
  public init(_ architecture: Architecture, bins: Int = 4) throws(SearchSpaceError) {
    let range = BinRange(total: bins)
    try self.init(architecture, ranges: architecture.widthGroups.map { _ in range })
  }

  /// The space in which each group has widths of its own.
  public init(_ architecture: Architecture, ranges: [BinRange]) throws(SearchSpaceError) {
    let groups = architecture.widthGroups
    guard ranges.count == groups.count else {
      throw .wrongCount(network: architecture.name, expected: groups.count, actual: ranges.count)
    }
    for (group, range) in zip(groups, ranges) where !range.fits(group.channels) {
      throw .impossibleBins(group: group.name, channels: group.channels, range: range)
    }
    self.init(valid: architecture, groups: groups, ranges: ranges)
  }

  private init(valid architecture: Architecture, groups: [WidthGroup], ranges: [BinRange]) {
    self.architecture = architecture
    self.groups = groups
    self.ranges = ranges
    var groupOfNode = [Int?](repeating: nil, count: architecture.nodes.count)
    for (place, group) in groups.enumerated() {
      for node in group.nodes { groupOfNode[node] = place }
    }
    self.groupOfNode = groupOfNode
    channelsOfBins = zip(groups, ranges).map { group, range in
      (1...range.total).map { group.channels(ofBins: $0, outOf: range.total) }
    }
  }

  /// The space whose only member is the network itself, for training it alone.
  public static func singleton(_ architecture: Architecture) -> SearchSpace {
    let groups = architecture.widthGroups
    return SearchSpace(
      valid: architecture, groups: groups, ranges: groups.map { _ in BinRange(total: 1) })
  }

  /// The numbers of bins that each group may keep.
  public var choices: [ClosedRange<Int>] { ranges.map(\.widths) }

  /// The widest member.
  public var fullWidths: Widths { Widths(bins: ranges.map(\.highest)) }
  /// The narrowest member.
  public var lowestWidths: Widths { Widths(bins: ranges.map(\.lowest)) }

  /// The group that a node's output channels belong to; nil for the image's and the classes.
  public func group(ofNode node: Int) -> Int? { groupOfNode[node] }

  /// How many channels each group keeps, in the order of `groups`.
  ///
  /// - Precondition: the widths belong to this space, see `validate(_:)`.
  public func channels(of widths: Widths) -> [Int] {
    precondition(widths.bins.count == groups.count, "widths need one number of bins a group")
    return zip(channelsOfBins, widths.bins).map { channels, bins in channels[bins - 1] }
  }

  /// How many channels each width of a group keeps, ascending.
  public func channels(ofGroup group: Int) -> [Int] {
    ranges[group].widths.map { channelsOfBins[group][$0 - 1] }
  }

  /// Refuses widths that this space does not have, naming the group.
  public func validate(_ widths: Widths) throws(SearchSpaceError) {
    guard widths.bins.count == groups.count else {
      throw .wrongCount(
        network: architecture.name, expected: groups.count, actual: widths.bins.count)
    }
    for (place, kept) in widths.bins.enumerated()
    where !ranges[place].widths.contains(kept) {
      throw .outOfRange(group: groups[place].name, bins: kept, range: ranges[place])
    }
  }
}
