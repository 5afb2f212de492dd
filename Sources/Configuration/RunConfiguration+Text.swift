extension RunConfiguration {
  /// The canonical YAML text: every key that has a meaning, in a fixed order.
  ///
  /// It parses to an equal value.
  public var resolvedYAML: String {
    var lines: [String] = []
    var open: [String] = []
    for key in written(below: []) {
      let path = key.keys.map(\.canonical)
      let sections = path.dropLast()
      let shared = zip(open, sections).prefix { $0 == $1 }.count
      for depth in shared..<sections.count {
        lines.append(indentation(depth) + sections[depth] + ":")
      }
      lines.append(indentation(sections.count) + path[sections.count] + ": " + key.text)
      open = Array(sections)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Every key that has a meaning, with its sections and its canonical text, in a fixed order.
  public var flattened: [(path: String, value: String)] {
    written(below: []).map { ($0.path, $0.text) }
  }

  private func indentation(_ depth: Int) -> String { String(repeating: "  ", count: depth) }
}
