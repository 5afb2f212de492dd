import Configuration
import Foundation
import Testing

/// `docs/configuration.md` is tested against the schema; VERNIER_RECORD=1 writes its tables anew, and fails.
@Suite struct DocumentationTests {
  static let file = packageFolder.appendingPathComponent("docs/configuration.md")
  static let start = "<!-- keys -->\n"
  static let end = "<!-- end of keys -->"

  @Test func theTablesOfKeysAreThoseOfTheSchema() throws {
    let document = try String(contentsOf: Self.file, encoding: .utf8)
    let from = try #require(document.range(of: Self.start)).upperBound
    let to = try #require(document.range(of: Self.end)).lowerBound
    if ProcessInfo.processInfo.environment["VERNIER_RECORD"] != nil {
      try document.replacingCharacters(in: from..<to, with: tables)
        .write(to: Self.file, atomically: true, encoding: .utf8)
      Issue.record("recorded \(Self.file.path)")
    } else {
      #expect(document[from..<to] == tables, "VERNIER_RECORD=1 writes the tables anew")
    }
  }

  private var tables: String {
    let sections = Dictionary(grouping: RunConfiguration.reference) { section(of: $0) }
    var order: [String] = []
    for key in RunConfiguration.reference where !order.contains(section(of: key)) {
      order.append(section(of: key))
    }
    return order.map { name in
      """

      ### `\(name)`

      | key | values | unit | default | example | meaning |
      |---|---|---|---|---|---|
      \(sections[name, default: []].map(\.markdownRow).joined(separator: "\n"))

      """
    }.joined() + "\n"
  }

  private func section(of key: KeyReference) -> String {
    String(key.path.prefix { $0 != "." })
  }

  @Test func theExamplesAreTaken() throws {
    let document = try String(contentsOf: Self.file, encoding: .utf8)
    let examples = document.matches(of: /```yaml\n((?:.|\n)*?)```/).map { String($0.1) }
    #expect(examples.count == 3)
    for example in examples {
      #expect(refusal(example, environment: ["DATASETS": "/data", "HOME": "/home/x"]) == nil)
    }
  }

  @Test func theRefusalsShownAreReal() throws {
    let document = try String(contentsOf: Self.file, encoding: .utf8)
    let lines = "run: {name: a}\ndata: {path: a}\n\n\n\nsearch:\n"
    let shown = [
      refusal(lines + "  populaton: 3"), refusal(lines + "\n\n  generations: many"),
      refusal(lines, set: ["supernet.batch=130"]),
    ]
    for sentence in shown { #expect(document.contains(try #require(sentence))) }
  }
}
