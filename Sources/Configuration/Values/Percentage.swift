/// A part of something, as people write it: `50%`.
public struct Percentage: Codable, Hashable, Sendable, Comparable {
  /// 50 for a half.
  public let percent: Double

  /// This part of `whole`, unrounded.
  public func part(of whole: Int) -> Double { Double(whole) * percent / 100 }

  /// The smaller percentage comes first.
  public static func < (first: Percentage, second: Percentage) -> Bool {
    first.percent < second.percent
  }
}

extension Percentage {
  /// Reads a percentage as people write it, such as 80%; nil otherwise.
  public init?(parsing text: String) { self.init(text: text) }
}

extension Percentage: ScalarValue {
  static var expectation: String { "a percentage such as 80%" }
  static var pluralExpectation: String { "percentages" }

  init?(text: String) {
    guard text.hasSuffix("%"), let percent = Double(text: String(text.dropLast())) else {
      return nil
    }
    self.init(percent: percent)
  }

  var canonical: String { percent.canonical + "%" }
}
