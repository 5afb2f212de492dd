import Supernet

/// Which widths each group has, where they are not cut alike.
struct WidthTable {
  private let groups: [WidthGroup]
  private let ranges: [BinRange]
  private let space: SearchSpace

  /// Nil where all groups have the same numbers of bins.
  ///
  /// - Parameters:
  ///   - groups: those of the network itself.
  ///   - ranges: the bins of each that its widths keep.
  ///   - space: the space of these widths, which may have more channels than the network.
  init?(_ groups: [WidthGroup], _ ranges: [BinRange], in space: SearchSpace) {
    if Set(ranges).count <= 1 { return nil }
    (self.groups, self.ranges, self.space) = (groups, ranges, space)
  }

  /// A line a group, below a headline.
  var text: String {
    let lines = zip(groups, ranges).enumerated().map { place, row in
      let (group, range) = row
      return "\(group.name.padded(to: 28)) \("\(group.channels)".padded(to: 8, atStart: true)) "
        + "\("\(range.total)".padded(to: 5, atStart: true))  \(widths(of: place))"
    }
    return (["\("width group".padded(to: 28)) channels  bins  widths in channels"] + lines)
      .joined(separator: "\n")
  }

  /// All of them, or the first and the last.
  private func widths(of place: Int) -> String {
    let (group, range) = (space.groups[place], space.ranges[place])
    let widths = range.widths.map { "\(group.channels(ofBins: $0, outOf: range.total))" }
    return (widths.count <= 8 ? widths : widths.prefix(4) + ["..."] + widths.suffix(2))
      .joined(separator: ", ")
  }
}
