/// The candidates that are best for their cost, the cheapest first.
struct FrontTable {
  let search: SearchResult

  /// More than these would be read by nobody.
  static let mostRows = 20

  var markup: Markup {
    let front = paretoFront(search.candidates)
    let heads = ["Widths", "MACs", "Parameters", "Supernet score"]
    let head = tag("thead", [tag("tr", heads.map { tag("th", [.text($0)]) })])
    return tag(
      "figure", class: "wide",
      [
        tag("figcaption", [tag("h3", ["Best for their cost"])]),
        tag("table", class: "front", [head, tag("tbody", shown(front).map(row))]),
      ] + note(front))
  }

  /// All of them, or evenly chosen ones with the cheapest and the dearest.
  private func shown(_ front: [Int]) -> [ReportCandidate] {
    if front.count <= Self.mostRows { return front.map { search.candidates[$0] } }
    return (0..<Self.mostRows).map {
      search.candidates[front[$0 * (front.count - 1) / (Self.mostRows - 1)]]
    }
  }

  private func row(_ candidate: ReportCandidate) -> Markup {
    let isWinner = search.winner.map { search.candidates[$0] == candidate } ?? false
    let widths = candidate.bins.map(String.init).joined(separator: ",")
    return tag(
      "tr", class: isWinner ? "winner" : "candidate",
      [
        tag("th", [.text(widths)]),
        tag("td", [.text(NumberText.count(candidate.macs))]),
        tag("td", [.text(candidate.parameters.map(NumberText.count) ?? "–")]),
        tag("td", [.text(NumberText.percent(candidate.accuracy))]),
      ])
  }

  private func note(_ front: [Int]) -> [Markup] {
    let leftOut = front.count - min(front.count, Self.mostRows)
    let stopped = search.candidates.count { !$0.isComplete }
    let sentences =
      (leftOut > 0 ? ["\(NumberText.grouped(leftOut)) more lie between these."] : [])
      + (stopped > 0
        ? [
          """
          \(NumberText.grouped(stopped)) of \(NumberText.grouped(search.candidates.count)) candidates were \
          given up before all held-out images were looked at, as hopeless; they are hollow above and not in this table.
          """
        ] : [])
    return sentences.isEmpty
      ? [] : [tag("p", class: "note", [.text(sentences.joined(separator: " "))])]
  }
}
