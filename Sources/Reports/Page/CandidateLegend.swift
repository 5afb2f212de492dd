/// What the marks of the candidate chart mean.
struct CandidateLegend {
  let chart: CandidateChart

  /// The legend, with only what is drawn.
  var markup: Markup {
    let shades = (0..<CandidateChart.shades).map { tag("span", class: "swatch dot shade\($0)") }
    let generations = tag("span", class: "key", shades + [.text(generationText)])
    return tag(
      "p", class: "legend",
      [generations, key("line front", "best for its cost"), key("window", "budget")]
        + (chart.hasWinner ? [key("dot winner", "winner")] : [])
        + chart.references.map { key($0.role.rawValue, $0.role.rawValue) })
  }

  private var generationText: String {
    let last = chart.lastGeneration
    return last == 0 ? "candidates" : "generation 1 to \(last + 1)"
  }
}
