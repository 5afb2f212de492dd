extension ReportContents {
  /// The page below its head, in the order in which questions arise.
  var sections: [Markup] {
    [resultSection, searchSection] + trainingSections
      + [timeSection, makingSection].compactMap(\.self)
  }

  private var resultSection: Markup {
    section(
      "Result",
      networks.isEmpty
        ? empty("No network has been compared yet.") : ResultTable(contents: self).markup)
  }

  private var searchSection: Markup {
    guard let search, !search.candidates.isEmpty else {
      return section("Search", empty("No candidate has been scored yet."))
    }
    let chart = CandidateChart(search: search, networks: networks)
    let scatter = tag(
      "figure", class: "wide",
      [
        tag(
          "figcaption",
          [
            tag("h3", ["Every candidate"]),
            CandidateLegend(lastGeneration: chart.lastGeneration).markup,
          ]),
        chart.markup,
      ])
    return section(
      "Search",
      [
        tag("div", class: "pair uneven", [scatter] + widthFigure),
        FrontTable(search: search).markup,
      ])
  }

  /// Widths need a winner that knows the channels of every group.
  private var widthFigure: [Markup] {
    guard let winner = network(.winner)?.channels, winner.count == groups.count, !groups.isEmpty
    else { return [] }
    let uniform = network(.uniform)?.channels
    let fitting = uniform?.count == groups.count ? uniform : nil
    let entries =
      [key("bar winner", "winner"), key("bar base", "base")]
      + (fitting == nil ? [] : [key("tick uniform", "uniform")])
    return [
      tag(
        "figure",
        [
          tag(
            "figcaption",
            [tag("h3", ["Channels by layer group"]), tag("p", class: "legend", entries)]),
          WidthChart(groups: groups, winner: winner, uniform: fitting).markup,
        ])
    ]
  }

  private var trainingSections: [Markup] {
    var names: [String] = []
    for curve in curves where !names.contains(curve.phase) { names.append(curve.phase) }
    if names.isEmpty { return [section("Training", empty("Nothing has been trained yet."))] }
    return names.map { name in
      let members = curves.filter { $0.phase == name }
      let charts = CurveChart.Quantity.allCases.compactMap {
        CurveChart(quantity: $0, curves: members).markup
      }
      let legend = members.map { key("line \($0.role.rawValue) \($0.images)", $0.legendWithEnd) }
      return section(
        name,
        charts.isEmpty
          ? empty("Nothing has been measured yet.")
          : [tag("p", class: "legend", legend), tag("div", class: "pair", charts)])
    }
  }

  private var timeSection: Markup? {
    phases.isEmpty ? nil : section("Time", [PhaseTable(phases: phases).markup])
  }
}

/// A part of the page under its heading.
func section(_ title: String, _ children: [Markup]) -> Markup {
  tag("section", [tag("h2", [.text(title)])] + children)
}

/// What stands where nothing is known yet.
func empty(_ sentence: String) -> [Markup] { [tag("p", class: "empty", [.text(sentence)])] }

/// A legend's entry: a swatch drawn by its class, and a word.
func key(_ style: String, _ text: String) -> Markup {
  tag("span", class: "key", [tag("span", class: "swatch \(style)"), .text(text)])
}
