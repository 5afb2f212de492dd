/// The most that a network may need of something: a part of what the full network needs, or a number.
public enum CostLimit: Codable, Hashable, Sendable {
  /// A part of what the full network needs.
  case share(Percentage)
  /// So many multiply-accumulates an image, or parameters.
  case count(Int)

  /// The limit for a network that needs `full` at full width, rounded down.
  public func resolved(full: Int) -> Int {
    switch self {
    case .share(let percentage): Int(percentage.part(of: full).rounded(.down))
    case .count(let count): count
    }
  }
}

extension CostLimit {
  /// Reads a limit as people write it, such as 50%, 105M or 105640960; nil otherwise.
  public init?(parsing text: String) { self.init(text: text) }
}

extension CostLimit: ScalarValue {
  static var expectation: String {
    "a part of the full network such as 50%, or a number such as 105M or 105640960"
  }
  static var pluralExpectation: String { "limits" }

  private static let units: [Character: Double] = ["K": 1e3, "M": 1e6, "G": 1e9]

  /// Refuses a bare `0.5`, which could be half of the network or half of one.
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
