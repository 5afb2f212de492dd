/// The documentation of one key of a configuration.
public struct KeyReference: Hashable, Sendable {
  /// The key with its sections, such as `search.population`.
  public let path: String
  /// The values that are taken, in words.
  public let values: String
  /// What one of the value is, such as `images`; empty when the value says it.
  public let unit: String
  /// The value when the key is not given, or `required`.
  public let defaultText: String
  /// A value that is fine.
  public let example: String
  /// What it does, in a few words.
  public let meaning: String
  /// What the key is limited to, such as `kind step`; nil when it always has a meaning.
  public private(set) var condition: String?

  /// Whether a run that was started with another value may go on: no result depends on the key.
  public var mayChangeOnResume: Bool { RunConfiguration.mayChangeOnResume(path) }

  /// The same key inside a section that is only for `words`.
  func limited(to words: String?) -> KeyReference {
    var limited = self
    limited.condition = condition ?? words
    return limited
  }

  /// The key as a row of a Markdown table: key, values, unit, default, example, meaning.
  public var markdownRow: String {
    let only = condition.map { " (only for \($0))" } ?? ""
    let name = path + (mayChangeOnResume ? "`*" : "`")
    return "| `\(name) | \(values) | \(unit) | \(defaultText) | `\(example)` | \(meaning)\(only) |"
  }
}
