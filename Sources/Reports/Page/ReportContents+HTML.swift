extension ReportContents {
  /// The report as one file that loads nothing else, in light and dark, on paper and on a phone.
  public func html() -> String {
    let head = tag(
      "head",
      [
        tag("meta", ["charset": "utf-8"]),
        tag("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
        tag("meta", ["name": "color-scheme", "content": "light dark"]),
        tag("link", ["rel": "icon", "href": "data:,"]),
        tag("title", [.text("\(runName) – Vernier report")]),
        tag("style", [.verbatim(stylesheet)]),
      ])
    let body = tag("body", [tag("main", [header] + sections), tag("script", [.verbatim(script)])])
    return "<!DOCTYPE html>\n" + tag("html", ["lang": "en"], [head, body]).source + "\n"
  }

  private var header: Markup {
    let summary = Summary(contents: self)
    let figures = summary.figures.map { fact in
      tag("div", [tag("dt", [.text(fact.label)]), tag("dd", [.text(fact.value)])])
    }
    let dates = [started, updated].filter { !$0.isEmpty }.joined(separator: " – ")
    let facts = [networkName, datasetName, dates].filter { !$0.isEmpty }
    return tag(
      "header",
      [
        tag("p", class: "eyebrow", [emblem, "Vernier report"]),
        tag("button", ["type": "button", "id": "theme", "hidden": "hidden"], ["Dark"]),
        tag("h1", [.text(runName)]),
        tag("p", class: "subtitle", [.text(facts.joined(separator: "  ·  "))]),
        tag("p", class: "summary", [.text(summary.sentence)]),
      ] + (figures.isEmpty ? [] : [tag("dl", class: "figures", figures)])
        + notes.map { tag("p", class: "notice", [.text($0)]) })
  }

  /// Two facing scales of ticks, the instrument the program is named after.
  private var emblem: Markup {
    let ticks = (0..<9).flatMap { (index: Int) -> [Markup] in
      let fixed = 2 + Double(index) * 4
      let sliding = 2 + Double(index) * 3.6
      return [
        line(fixed, 1, fixed, 8, style: "mark"),
        line(sliding, 10, sliding, 17, style: "mark sliding"),
      ]
    }
    return tag("svg", ["class": "emblem", "viewBox": "0 0 36 18", "aria-hidden": "true"], ticks)
  }
}
