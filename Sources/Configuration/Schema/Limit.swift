/// Which values of a type make sense.
struct Limit<Value>: Sendable {
  /// Follows the words of the type ("a whole number") directly, so it starts with a space or a comma.
  let words: String
  let holds: @Sendable (Value) -> Bool
}

extension Limit where Value: ConfigurationValue & Comparable & ScalarValue {
  static func from(_ low: Value, to high: Value) -> Limit {
    Limit(words: " from \(low.canonical) to \(high.canonical)") { low <= $0 && $0 <= high }
  }

  static func above(_ low: Value, to high: Value) -> Limit {
    Limit(words: " above \(low.canonical) and at most \(high.canonical)") { low < $0 && $0 <= high }
  }

  static func from(_ low: Value, below high: Value) -> Limit {
    Limit(words: " from \(low.canonical) to below \(high.canonical)") { low <= $0 && $0 < high }
  }
}

extension Limit {
  static func each<Element>(_ limit: Limit<Element>) -> Limit where Value == [Element] {
    Limit(words: ", each\(limit.words)") { $0.allSatisfy(limit.holds) }
  }
}

extension Limit where Value == Int {
  /// Large enough for any cluster, small enough that sums and products of two stay exact.
  static let positive = Limit.from(1, to: 1_000_000_000)
}

extension Limit where Value == CostLimit {
  static let positive = Limit(words: ", above 0 and at most 100%") { limit in
    switch limit {
    case .share(let share): 0 < share.percent && share.percent <= 100
    case .count(let count): count > 0
    }
  }
}
