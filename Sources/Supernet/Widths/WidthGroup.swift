/// Layers that must have the same width: one variable of the search.
public struct WidthGroup: Hashable, Codable, Sendable {
  /// The name of the first convolution whose outputs it counts.
  public let name: String
  /// How many channels the full network has there.
  public let channels: Int
  /// The nodes whose outputs have these channels, ascending.
  public let nodes: [Int]

  /// A group of `channels` channels over the outputs of `nodes`.
  public init(name: String, channels: Int, nodes: [Int]) {
    self.name = name
    self.channels = channels
    self.nodes = nodes
  }

  /// How many channels `bins` of `total` equal bins are: `bins * channels / total`, rounded.
  ///
  /// Halves are rounded up below the middle and down above it, so that widths of `bins` and of
  /// `total - bins` tile the layer exactly. Only the middle of an odd layer cannot: two equal halves
  /// overlap in one channel there.
  ///
  /// - Precondition: `1 <= bins <= total <= channels`.
  public func channels(ofBins bins: Int, outOf total: Int) -> Int {
    precondition(
      1 <= bins && bins <= total && total <= channels,
      "group \(name) of \(channels) channels has no width of \(bins) of \(total) bins")
    if bins == total { return channels }
    func rounded(_ bins: Int) -> Int { (2 * bins * channels + total) / (2 * total) }
    return 2 * bins <= total ? rounded(bins) : channels - rounded(total - bins)
  }
}
