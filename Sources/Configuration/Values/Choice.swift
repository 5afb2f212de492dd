/// One of a few words.
protocol Choice: ScalarValue, CaseIterable, RawRepresentable where RawValue == String {}

extension Choice {
  static var vocabulary: [String] { allCases.map(\.rawValue) }
  static var expectation: String { "one of \(vocabulary.joined(separator: ", "))" }
  static var pluralExpectation: String { vocabulary.joined(separator: ", ") }
  init?(text: String) { self.init(rawValue: text) }
  var canonical: String { rawValue }
}
