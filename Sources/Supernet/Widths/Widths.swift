/// One candidate of the search: how many bins of channels each width group keeps.
public struct Widths: Hashable, Codable, Sendable {
  /// One number a group, from 1 to the group's number of bins.
  public var bins: [Int]

  /// The candidate of these bins.
  public init(bins: [Int]) {
    self.bins = bins
  }
}

extension Widths: CustomStringConvertible {
  /// The key, such as "4,2,3".
  public var description: String { bins.map(String.init).joined(separator: ",") }

  /// Reads a key such as "4,2,3"; nil unless it is written exactly like that.
  public init?(parsing text: String) {
    let bins = text.split(separator: ",", omittingEmptySubsequences: false).compactMap { Int($0) }
    self.init(bins: bins)
    guard !bins.isEmpty, description == text, bins.allSatisfy({ $0 >= 1 }) else { return nil }
  }
}
