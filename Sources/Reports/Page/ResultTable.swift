/// The final comparison: base, uniform scaling and winner.
struct ResultTable {
  let contents: ReportContents

  /// The table and what its test accuracies are worth.
  var markup: [Markup] {
    let heads = [
      "Network", "MACs", "of base", "Parameters", "Supernet score", "Test accuracy",
      "over uniform",
    ]
    let head = tag("thead", [tag("tr", heads.map { tag("th", [.text($0)]) })])
    let rows = contents.networks.map { row($0, heads: heads) }
    return [tag("table", class: "results", [head, tag("tbody", rows)])] + footnote
  }

  private func row(_ network: NetworkResult, heads: [String]) -> Markup {
    let channels = network.channels.map(String.init).joined(separator: "\u{2009}·\u{2009}")
    let name = tag(
      "th", class: "name",
      [
        tag("span", class: "swatch \(network.role.rawValue)"), .text(network.name),
        tag("span", class: "channels", [.text(channels)]),
      ])
    let cells = zip(heads.dropFirst(), values(of: network)).map { head, value in
      tag("td", ["data-label": head], [.text(value)])
    }
    return tag("tr", class: network.role.rawValue, [name] + cells)
  }

  private func values(of network: NetworkResult) -> [String] {
    let missing = "–"
    return [
      NumberText.count(network.macs),
      contents.network(.base).map {
        NumberText.percent(Double(network.macs) / Double($0.macs), places: 1)
      } ?? missing,
      NumberText.count(network.parameters),
      network.supernetAccuracy.map { NumberText.percent($0) } ?? missing,
      network.testAccuracy.map { NumberText.percent($0) } ?? missing,
      advantage(of: network).map { NumberText.points($0) } ?? missing,
    ]
  }

  private func advantage(of network: NetworkResult) -> Double? {
    guard network.role != .uniform, let own = network.testAccuracy,
      let uniform = contents.network(.uniform)?.testAccuracy
    else { return nil }
    return own - uniform
  }

  /// How far two test accuracies differ by the choice of test images alone.
  private var footnote: [Markup] {
    let measured = contents.network(.winner)?.testAccuracy
    guard let images = contents.testImages, let accuracy = measured else { return [] }
    let error = (accuracy * (1 - accuracy) / Double(images)).squareRoot()
    return [
      tag(
        "p", class: "note",
        [
          """
          Differences are in percentage points. Supernet scores come from images held out of the \
          training set; the test set of \(NumberText.grouped(images)) images was used once, at the \
          end, and gives each test accuracy a standard error of \
          \(NumberText.fixed(error * 100, places: 2)) points.
          """
        ])
    ]
  }
}
