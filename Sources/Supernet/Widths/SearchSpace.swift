/// All the widths a network may have: its width groups, each cut into bins of channels.
public struct SearchSpace: Hashable, Sendable {
  /// The network at full width.
  public let architecture: Architecture
  /// The variables, in network order.
  public let groups: [WidthGroup]
  /// How many bins each group is cut into; widths go from 1 to this number.
  public let bins: [Int]

  private let groupOfNode: [Int?]
  private let channelsOfBins: [[Int]]

  /// The space in which every group is cut into the same number of bins.
  public init(_ architecture: Architecture, bins: Int = 4) throws(SearchSpaceError) {
    let groups = architecture.widthGroups
    try self.init(architecture, groups: groups, bins: groups.map { _ in bins })
  }

  /// The space in which each group is cut into its own number of bins.
  public init(_ architecture: Architecture, bins: [Int]) throws(SearchSpaceError) {
    try self.init(architecture, groups: architecture.widthGroups, bins: bins)
  }

  private init(
    _ architecture: Architecture, groups: [WidthGroup], bins: [Int]
  ) throws(SearchSpaceError) {
    guard bins.count == groups.count else {
      throw .wrongCount(network: architecture.name, expected: groups.count, actual: bins.count)
    }
    for (group, bins) in zip(groups, bins) where !(1...group.channels).contains(bins) {
      throw .impossibleBins(group: group.name, channels: group.channels, bins: bins)
    }
    self.init(valid: architecture, groups: groups, bins: bins)
  }

  private init(valid architecture: Architecture, groups: [WidthGroup], bins: [Int]) {
    self.architecture = architecture
    self.groups = groups
    self.bins = bins
    var groupOfNode = [Int?](repeating: nil, count: architecture.nodes.count)
    for (place, group) in groups.enumerated() {
      for node in group.nodes { groupOfNode[node] = place }
    }
    self.groupOfNode = groupOfNode
    channelsOfBins = zip(groups, bins).map { group, total in
      (1...total).map { group.channels(ofBins: $0, outOf: total) }
    }
  }

  /// The space whose only member is the network itself, for training it alone.
  public static func singleton(_ architecture: Architecture) -> SearchSpace {
    let groups = architecture.widthGroups
    return SearchSpace(valid: architecture, groups: groups, bins: groups.map { _ in 1 })
  }

  /// The widest member, which is the network itself.
  public var fullWidths: Widths { Widths(bins: bins) }

  /// The group that a node's output channels belong to; nil for the image's and the classes.
  public func group(ofNode node: Int) -> Int? { groupOfNode[node] }

  /// How many channels each group keeps, in the order of `groups`.
  ///
  /// - Precondition: the widths belong to this space, see `validate(_:)`.
  public func channels(of widths: Widths) -> [Int] {
    precondition(widths.bins.count == bins.count, "widths need one number of bins a group")
    return zip(channelsOfBins, widths.bins).map { channels, bins in channels[bins - 1] }
  }

  /// Refuses widths that this space does not have, naming the group.
  public func validate(_ widths: Widths) throws(SearchSpaceError) {
    guard widths.bins.count == bins.count else {
      throw .wrongCount(
        network: architecture.name, expected: bins.count, actual: widths.bins.count)
    }
    for (place, kept) in widths.bins.enumerated() where !(1...bins[place]).contains(kept) {
      throw .outOfRange(group: groups[place].name, bins: kept, highest: bins[place])
    }
  }
}
