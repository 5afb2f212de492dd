extension SearchSpace {
  /// The space of BCNetV2 (Su et al., TPAMI 2022, figure 3): no width is below a base of bins, and the base is there
  /// twice, once for left and once for right subnets.
  ///
  /// Every group is resized to as many bins as its least and its most together, of which widths keep the one to the
  /// other. A width keeps as many channels as the same number of bins of the network itself: exactly, where its
  /// channels are a multiple of its bins. The complement of a width is then a width again, so bilateral coupling stays
  /// fair to every channel.
  ///
  /// - Parameter ranges: the widths of each group of the network itself; the least is the base.
  public static func doubledBase(
    _ architecture: Architecture, ranges: [BinRange]
  ) throws(SearchSpaceError) -> SearchSpace {
    // What is wrong with the network's own bins is said of the network itself.
    let own = try SearchSpace(architecture, ranges: ranges)
    let doubled = ranges.map {
      BinRange(lowest: $0.lowest, highest: $0.highest, total: $0.lowest + $0.highest)
    }
    let channels = zip(own.groups, zip(ranges, doubled)).map { group, cuts in
      (2 * group.channels * cuts.1.total + cuts.0.total) / (2 * cuts.0.total)
    }
    return try SearchSpace(architecture.resized(to: channels, in: own.groups), ranges: doubled)
  }
}
