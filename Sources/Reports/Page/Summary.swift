/// What the run amounts to, in one or two plain sentences and four figures.
struct Summary {
  let contents: ReportContents

  /// The sentence at the head of the page.
  var sentence: String {
    guard let winner = contents.network(.winner) else {
      return contents.search == nil
        ? "The supernet of \(contents.networkName) is still learning; nothing was searched yet."
        : "The search is under way: \(scored) candidates scored so far."
    }
    let found = "network with \(shareText(winner))"
    guard let accuracy = winner.testAccuracy else {
      return "From \(contents.networkName), Vernier chose a \(found). "
        + "It was not trained on its own yet."
    }
    return "From \(contents.networkName), Vernier finds a \(found) and "
      + "\(NumberText.percent(accuracy, places: 1)) test accuracy\(comparisons(accuracy))."
  }

  /// The figures under the sentence: what they count and how much.
  var figures: [Fact] {
    var facts: [Fact] = []
    if let winner = contents.network(.winner) {
      facts.append(Fact("MACs per image", NumberText.count(winner.macs)))
      facts.append(Fact("parameters", NumberText.count(winner.parameters)))
    }
    if contents.search != nil { facts.append(Fact("candidates scored", scored)) }
    let seconds = contents.phases.map(\.seconds).reduce(0, +)
    if seconds > 0 { facts.append(Fact("wall-clock time", NumberText.duration(seconds))) }
    return facts
  }

  private var scored: String { NumberText.grouped(contents.search?.candidates.count ?? 0) }

  private func shareText(_ winner: NetworkResult) -> String {
    guard let base = contents.network(.base) else {
      return "\(NumberText.count(winner.macs)) MACs"
    }
    let share = Double(winner.macs) / Double(base.macs)
    return "\(NumberText.percent(share, places: 1)) of the MACs"
  }

  private func comparisons(_ accuracy: Double) -> String {
    let others = [(NetworkRole.uniform, "uniform scaling"), (.base, "the full network")]
    let parts = others.compactMap { role, name in
      contents.network(role)?.testAccuracy.map { change(accuracy - $0, name) }
    }
    return parts.isEmpty ? "" : ": " + parts.joined(separator: ", ")
  }

  private func change(_ difference: Double, _ other: String) -> String {
    let text = NumberText.points(difference, places: 1)
    if text.hasPrefix("±") { return "level with \(other)" }
    return "\(text) points \(difference > 0 ? "over" : "against") \(other)"
  }
}
