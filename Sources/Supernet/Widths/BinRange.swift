/// The widths of one width group: its channels are cut into `total` equal bins, of which a width keeps some.
public struct BinRange: Hashable, Codable, Sendable {
  /// The least and the most bins a width keeps.
  public let lowest, highest: Int
  /// Bins of the whole group.
  public let total: Int

  /// All widths from `lowest` to `highest` of `total` bins.
  ///
  /// - Parameters:
  ///   - lowest: 1 by default.
  ///   - highest: all bins by default.
  public init(lowest: Int = 1, highest: Int? = nil, total: Int) {
    self.lowest = lowest
    self.highest = highest ?? total
    self.total = total
  }

  /// The numbers of bins that are widths.
  public var widths: ClosedRange<Int> { lowest...highest }

  /// Whether these are widths of a group of so many channels.
  func fits(_ channels: Int) -> Bool {
    1 <= lowest && lowest <= highest && highest <= total && total <= channels
  }
}
