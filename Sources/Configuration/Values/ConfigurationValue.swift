/// A type that one key of a configuration can hold.
///
/// `canonical` reads back to an equal value.
protocol ConfigurationValue: Equatable, Sendable {
  /// What is expected, to complete "must be ...".
  static var expectation: String { get }

  init(reading node: DocumentNode) throws(ValueMismatch)

  /// The one way this value is written.
  var canonical: String { get }
}

/// A node is not what a type expects.
struct ValueMismatch: Error {
  /// Completes "but ...".
  let complaint: String
  /// The valid word that is nearest to the one written.
  var suggestion: String?

  init(_ node: DocumentNode, suggestion: String? = nil) {
    complaint = "it is \(node.description)"
    self.suggestion = suggestion
  }

  init(listItem node: DocumentNode, suggestion: String?) {
    complaint = "it holds \(node.description)"
    self.suggestion = suggestion
  }
}

/// A value written as one word or number.
protocol ScalarValue: ConfigurationValue {
  /// Whether quotes are fine: yes for words, no for numbers and truth values.
  static var mayBeQuoted: Bool { get }

  /// Completes "must be a list of ...".
  static var pluralExpectation: String { get }

  init?(text: String)

  /// Words to suggest from.
  static var vocabulary: [String] { get }
}

extension ScalarValue {
  static var mayBeQuoted: Bool { true }
  static var vocabulary: [String] { [] }

  init(reading node: DocumentNode) throws(ValueMismatch) {
    guard case .scalar(let text, let isQuoted) = node, !node.isEmpty else {
      throw ValueMismatch(node)
    }
    guard Self.mayBeQuoted || !isQuoted, let value = Self(text: text) else {
      throw ValueMismatch(node, suggestion: NearestName.of(text, among: Self.vocabulary))
    }
    self = value
  }
}

extension Array: ConfigurationValue where Element: ScalarValue {
  static var expectation: String { "a list of \(Element.pluralExpectation)" }

  init(reading node: DocumentNode) throws(ValueMismatch) {
    guard case .list(let items) = node else { throw ValueMismatch(node) }
    self = []
    for item in items {
      do {
        append(try Element(reading: item))
      } catch {
        throw ValueMismatch(listItem: item, suggestion: error.suggestion)
      }
    }
  }

  var canonical: String { "[" + map(\.canonical).joined(separator: ", ") + "]" }
}
