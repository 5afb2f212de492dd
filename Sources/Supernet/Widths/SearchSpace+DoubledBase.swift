extension SearchSpace {
  /// The space of BCNetV2 (Su et al., TPAMI 2022, figure 3): no width is below a base of bins, and the base is there
  /// twice, once for left and once for right subnets.
  ///
  /// Every group is widened to `bins + base` bins, of which widths keep `base` to `bins`. A width keeps as many channels
  /// as the same number of bins of the network itself: exactly, where its channels are a multiple of `bins`. The
  /// complement of a width is then a width again, so bilateral coupling stays fair to every channel.
  ///
  /// - Parameters:
  ///   - bins: of the network itself.
  ///   - base: the least that a width keeps.
  public static func doubledBase(
    _ architecture: Architecture, bins: Int, base: Int
  ) throws(SearchSpaceError) -> SearchSpace {
    // What is wrong with the network's own bins is said of the network itself.
    _ = try SearchSpace(
      architecture,
      ranges: architecture.widthGroups.map { _ in BinRange(lowest: base, total: bins) })
    let groups = architecture.widthGroups
    let total = bins + base
    let widened = architecture.resized(
      to: groups.map { (2 * $0.channels * total + bins) / (2 * bins) }, in: groups)
    let range = BinRange(lowest: base, highest: bins, total: total)
    return try SearchSpace(widened, ranges: groups.map { _ in range })
  }
}
