extension ReportContents {
  /// The command, the configuration and the machine: what somebody else needs to do it again.
  var makingSection: Markup? {
    let parts: [Markup?] = [
      command.isEmpty ? nil : tag("pre", class: "command", [tag("code", [.text(command)])]),
      facts("Reproducibility", reproducibility),
      facts("Machine", environment),
      configuration.isEmpty
        ? nil
        : tag(
          "details",
          [
            tag("summary", ["The configuration, with every default resolved"]),
            tag("pre", [tag("code", [.text(configuration)])]),
          ]),
    ]
    let known = parts.compactMap(\.self)
    return known.isEmpty ? nil : section("How it was made", known)
  }

  private func facts(_ title: String, _ facts: [Fact]) -> Markup? {
    if facts.isEmpty { return nil }
    let rows = facts.map {
      tag("div", [tag("dt", [.text($0.label)]), tag("dd", [.text($0.value)])])
    }
    return tag("div", class: "facts", [tag("h3", [.text(title)]), tag("dl", rows)])
  }
}
