/// What the marks of the candidate chart mean, but for those with their name beside them.
struct CandidateLegend {
  let lastGeneration: Int

  var markup: Markup {
    let shades = (0..<CandidateChart.shades).map { tag("span", class: "swatch dot shade\($0)") }
    let generations = tag("span", class: "key", shades + [.text(generationText)])
    return tag(
      "p", class: "legend",
      [generations, key("line front", "best for its cost"), key("window", "budget")])
  }

  private var generationText: String {
    lastGeneration == 0 ? "candidates" : "generation 1 to \(lastGeneration + 1)"
  }
}
