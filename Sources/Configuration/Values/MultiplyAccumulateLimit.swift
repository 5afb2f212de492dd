/// The most multiply-accumulates an image may cost: a part of the full network's, or a number.
public enum MultiplyAccumulateLimit: Codable, Hashable, Sendable {
  /// A part of what the full network needs.
  case share(Percentage)
  /// Multiply-accumulates an image.
  case count(Int)

  /// The limit for a network that needs `full` multiply-accumulates at full width, rounded down.
  public func resolved(full: Int) -> Int {
    switch self {
    case .share(let percentage): Int(percentage.part(of: full).rounded(.down))
    case .count(let count): count
    }
  }
}

extension MultiplyAccumulateLimit {
  /// Reads a limit as people write it, such as 50%, 105M or 105640960; nil otherwise.
  public init?(parsing text: String) { self.init(text: text) }
}

extension MultiplyAccumulateLimit: ScalarValue {
  static var expectation: String {
    "a part of the full network such as 50%, or a number of MACs such as 105M or 105640960"
  }
  static var pluralExpectation: String { "MACs limits" }

  private static let units: [Character: Double] = ["K": 1e3, "M": 1e6, "G": 1e9]

  /// Refuses a bare `0.5`, which could be half of the network or half a MAC.
  init?(text: String) {
    if let percentage = Percentage(text: text) {
      self = .share(percentage)
    } else if let count = Int(text: text) {
      self = .count(count)
    } else if let unit = text.last.flatMap({ Self.units[$0] }),
      let number = Double(text: String(text.dropLast())), abs(number * unit) < 1e18
    {
      self = .count(Int((number * unit).rounded()))
    } else {
      return nil
    }
  }

  var canonical: String {
    switch self {
    case .share(let percentage): percentage.canonical
    case .count(let count): count.canonical
    }
  }
}
