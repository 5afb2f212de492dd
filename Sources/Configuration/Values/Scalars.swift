import Foundation

/// Only `40` and `-3`: `010` is eight to one YAML reader and ten to the next, so neither is taken.
private func isWholeNumber(_ text: String) -> Bool {
  text.wholeMatch(of: /[-+]?(0|[1-9][0-9]*)/) != nil
}

extension Int: ScalarValue {
  static var expectation: String { "a whole number" }
  static var pluralExpectation: String { "whole numbers" }
  static var mayBeQuoted: Bool { false }

  init?(text: String) {
    guard isWholeNumber(text) else { return nil }
    self.init(text)
  }

  var canonical: String { description }
}

extension UInt64: ScalarValue {
  static var expectation: String { "a whole number from 0 to \(UInt64.max)" }
  static var pluralExpectation: String { "whole numbers from 0 to \(UInt64.max)" }
  static var mayBeQuoted: Bool { false }

  init?(text: String) {
    guard isWholeNumber(text) else { return nil }
    self.init(text)
  }

  var canonical: String { description }
}

extension Double: ScalarValue {
  static var expectation: String { "a number" }
  static var pluralExpectation: String { "numbers" }
  static var mayBeQuoted: Bool { false }

  init?(text: String) {
    guard text.wholeMatch(of: /[-+]?[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?/) != nil,
      let value = Double(text), value.isFinite
    else { return nil }
    self = value
  }

  /// The shortest decimal that reads back to the same bits, `5` rather than `5.0`.
  var canonical: String {
    let text = description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

extension Bool: ScalarValue {
  static var expectation: String { "true or false" }
  static var pluralExpectation: String { "true or false" }
  static var mayBeQuoted: Bool { false }
  static var vocabulary: [String] { ["true", "false"] }

  init?(text: String) { self.init(text) }

  var canonical: String { description }
}

extension String: ScalarValue {
  static var expectation: String { "text" }
  static var pluralExpectation: String { "texts" }

  init?(text: String) { self = text }

  /// Plain when no reader of YAML could take it for anything else, else in double quotes.
  var canonical: String {
    let ambiguous = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"]
    let isPlain = wholeMatch(of: /[A-Za-z\/.][A-Za-z0-9_\/.-]*/) != nil
    if isPlain, !ambiguous.contains(lowercased()) { return self }
    return "\"" + unicodeScalars.map(Self.escaped).joined() + "\""
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\"", "\\": "\\\(scalar)"
    case _ where (0x20..<0x7f).contains(scalar.value) || scalar.properties.isAlphabetic:
      String(scalar)
    default: String(format: "\\U%08X", scalar.value)
    }
  }
}
