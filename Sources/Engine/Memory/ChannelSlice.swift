/// A run of neighbouring channels.
public struct ChannelSpan: Hashable, Codable, Sendable {
  /// The first channel, counted from 0 in the full layer.
  public let start: Int
  /// How many channels follow, at least 1.
  public let count: Int

  /// The channels `start ..< start + count`.
  public init(start: Int, count: Int) {
    precondition(start >= 0 && count >= 1, "a channel span needs start >= 0 and count >= 1")
    self.start = start
    self.count = count
  }

  /// One past the last channel.
  public var end: Int { start + count }
}

/// Which channels of a full layer a subnet uses: ascending, disjoint spans.
///
/// One span says a left or a right slice; several say what CafeNet needs.
public struct ChannelSlice: Hashable, Codable, Sendable {
  /// Ascending and disjoint.
  public let spans: [ChannelSpan]

  /// - Precondition: the spans ascend and do not overlap.
  public init(spans: [ChannelSpan]) {
    precondition(!spans.isEmpty, "a channel slice needs at least one span")
    precondition(
      zip(spans, spans.dropFirst()).allSatisfy { $0.end <= $1.start },
      "the spans of a channel slice ascend and do not overlap")
    self.spans = spans
  }

  /// The one span `range`.
  public init(_ range: Range<Int>) {
    self.init(spans: [ChannelSpan(start: range.lowerBound, count: range.count)])
  }

  /// How many channels are used.
  public var count: Int { spans.reduce(0) { $0 + $1.count } }

  /// One past the last channel used.
  public var end: Int { spans[spans.count - 1].end }
}
