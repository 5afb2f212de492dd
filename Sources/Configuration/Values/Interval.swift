/// How often something happens: `200st`, `1ep` or `10min`.
public enum Interval: Codable, Hashable, Sendable {
  /// Every so many optimizer steps.
  case steps(Int)
  /// At the end of every so many epochs.
  case epochs(Int)
  /// Every so many seconds of wall time.
  case seconds(Int)
}

extension Interval: ScalarValue {
  static var expectation: String {
    "a number and a unit, st (steps), ep (epochs), s, min or h, such as 200st or 10min"
  }
  static var pluralExpectation: String { "intervals" }

  init?(text: String) {
    guard let match = text.wholeMatch(of: /([1-9][0-9]*)(st|ep|s|min|h)/),
      let count = Int(text: String(match.1)), count < 1_000_000_000
    else { return nil }
    switch match.2 {
    case "st": self = .steps(count)
    case "ep": self = .epochs(count)
    case "min": self = .seconds(count * 60)
    case "h": self = .seconds(count * 3600)
    default: self = .seconds(count)
    }
  }

  var canonical: String {
    switch self {
    case .steps(let count): "\(count)st"
    case .epochs(let count): "\(count)ep"
    case .seconds(let count) where count % 3600 == 0: "\(count / 3600)h"
    case .seconds(let count) where count % 60 == 0: "\(count / 60)min"
    case .seconds(let count): "\(count)s"
    }
  }
}
