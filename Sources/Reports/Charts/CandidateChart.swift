/// Every scored candidate as accuracy over MACs, the front, and the networks worth comparing.
struct CandidateChart {
  private let search: SearchResult
  private let references: [NetworkResult]
  private let plot: Plot

  /// Shades that tell early generations from late ones.
  static let shades = 5

  /// The chart of a search; networks without a supernet score are left out.
  init(search: SearchResult, networks: [NetworkResult]) {
    self.search = search
    references = networks.filter {
      ($0.role == .base || $0.role == .uniform) && $0.supernetAccuracy?.isFinite == true
    }
    lastGeneration = search.candidates.map(\.generation).max() ?? 0
    let costs = Self.costs(of: search.candidates, references)
    let accuracies = search.candidates.map(\.accuracy) + references.compactMap(\.supernetAccuracy)
    plot = Plot(
      width: 660, height: 460, xValues: Self.padded(costs, below: 0.04, above: 0.04),
      yValues: Self.padded(accuracies, below: 0.05, above: 0.12), isRounded: false)
  }

  /// The candidates' costs in millions, and those references' that would not squeeze them together.
  private static func costs(
    of candidates: [ReportCandidate], _ references: [NetworkResult]
  ) -> [Double] {
    let costs = candidates.map { Double($0.macs) / 1e6 }
    let (low, high) = (costs.min() ?? 0, costs.max() ?? 1)
    let reach = 0.4 * (high - low)
    return costs
      + references.map { Double($0.macs) / 1e6 }.filter { low - reach...high + reach ~= $0 }
  }

  private static func padded(_ values: [Double], below: Double, above: Double) -> [Double] {
    guard let low = values.min(), let high = values.max() else { return values }
    return [low - below * (high - low), high + above * (high - low)]
  }

  /// The last generation any candidate came from.
  let lastGeneration: Int

  /// The drawing; later generations lie above earlier ones, the winner above all.
  var markup: Markup {
    let front = paretoFront(search.candidates)
    let members = Set(front)
    let order = search.candidates.indices.filter { $0 != search.winner }
    return plot.chart(
      label: "Accuracy with the supernet's weights over MACs of every scored candidate",
      style: "scatter",
      [windowBand] + axes + [frontLine(front)]
        + order.map { dot($0, isOnFront: members.contains($0)) } + references.map(reference)
        + (search.winner.map { winner($0, isOnFront: members.contains($0)) } ?? []))
  }

  private var axes: [Markup] {
    plot.axes(
      x: "million MACs per image", y: "supernet accuracy, held-out images",
      xText: { NumberText.fixed($0, places: plot.x.places) },
      yText: { NumberText.percent($0, places: max(0, plot.y.places - 2)) })
  }

  /// The costs the search allowed.
  private var windowBand: Markup {
    let domain = plot.x.domain
    let ends = [search.window.lowerBound, search.window.upperBound].map {
      plot.x(min(max(Double($0) / 1e6, domain.lowerBound), domain.upperBound))
    }
    return tag(
      "rect",
      [
        "class": "window", "x": place(ends[0]), "y": place(Plot.top),
        "width": place(ends[1] - ends[0]),
        "height": place(plot.height - Plot.bottom - Plot.top),
      ], [tag("title", [.text("Budget: \(budget)")])])
  }

  private var budget: String {
    let most = search.mostParameters.map { ", at most \(NumberText.count($0)) parameters" } ?? ""
    return NumberText.range(search.window) + " MACs" + most
  }

  /// The best accuracy that can be had for a cost: a staircase through the front.
  private func frontLine(_ front: [Int]) -> Markup {
    var route = ""
    for index in front {
      let (x, y) = location(of: search.candidates[index])
      route += route.isEmpty ? "M\(place(x)) \(place(y))" : "H\(place(x))V\(place(y))"
    }
    return tag("path", ["class": "frontline", "d": route])
  }

  private func location(of candidate: ReportCandidate) -> (Double, Double) {
    (plot.x(Double(candidate.macs) / 1e6), plot.y(candidate.accuracy))
  }

  private func dot(_ index: Int, isOnFront: Bool, isWinner: Bool = false) -> Markup {
    let candidate = search.candidates[index]
    let (x, y) = location(of: candidate)
    let kind =
      isWinner ? " winner" : isOnFront ? " front" : candidate.isComplete ? "" : " stopped"
    return tag(
      "circle",
      [
        "class": "candidate shade\(shade(candidate.generation))\(kind)", "cx": place(x),
        "cy": place(y), "r": isWinner ? "6" : "3.2",
      ], [tag("title", [.text(tip(candidate, isWinner: isWinner))])])
  }

  private func shade(_ generation: Int) -> Int {
    lastGeneration == 0
      ? Self.shades - 1 : generation * (Self.shades - 1) / lastGeneration
  }

  private func tip(_ candidate: ReportCandidate, isWinner: Bool) -> String {
    let bins = candidate.bins.map(String.init).joined(separator: " ")
    let parameters = candidate.parameters.map { ", \(NumberText.count($0)) parameters" } ?? ""
    let stopped = candidate.isComplete ? "" : "given up early, by then "
    return (isWinner ? "The winner\n" : "")
      + "\(stopped)\(NumberText.percent(candidate.accuracy)) with \(NumberText.count(candidate.macs)) MACs"
      + "\(parameters)\n"
      + "generation \(candidate.generation + 1), bins \(bins)"
  }

  private func winner(_ index: Int, isOnFront: Bool) -> [Markup] {
    let (x, y) = location(of: search.candidates[index])
    return [
      tag("circle", ["class": "ring", "cx": place(x), "cy": place(y), "r": "11"]),
      dot(index, isOnFront: isOnFront, isWinner: true),
      name("winner", x: x, y: y - 18, role: .winner),
    ]
  }

  /// A marker where the network lies; for one too dear for the sheet, its accuracy as a level.
  private func reference(_ network: NetworkResult) -> Markup {
    let cost = Double(network.macs) / 1e6
    let y = plot.y(network.supernetAccuracy ?? 0)
    guard plot.x.domain.contains(cost) else { return level(network, y: y) }
    let x = plot.x(cost)
    return tag(
      "g", class: "reference",
      [
        marker(network, x: x, y: y),
        name(network.role.rawValue, x: x, y: y + 27, role: network.role),
      ])
  }

  private func level(_ network: NetworkResult, y: Double) -> Markup {
    let role = network.role.rawValue
    let text = "\(role), at \(NumberText.count(network.macs)) MACs"
    return tag(
      "g", class: "reference",
      [
        tag("title", [.text(tip(network))]),
        line(Plot.left, y, plot.width - Plot.right, y, style: "level \(role)"),
        label(text, x: Plot.left + 8, y: y - 8, style: "name \(role)"),
      ])
  }

  private func tip(_ network: NetworkResult) -> String {
    "\(network.name)\n\(NumberText.percent(network.supernetAccuracy ?? 0)) with "
      + "\(NumberText.count(network.macs)) MACs"
  }

  private func marker(_ network: NetworkResult, x: Double, y: Double) -> Markup {
    let corners =
      network.role == .base
      ? [(-6.0, -6.0), (6, -6), (6, 6), (-6, 6)] : [(0, -8.5), (8.5, 0), (0, 8.5), (-8.5, 0)]
    let points = corners.map { "\(place(x + $0.0)),\(place(y + $0.1))" }.joined(separator: " ")
    return tag(
      "polygon", ["class": "marker \(network.role.rawValue)", "points": points],
      [tag("title", [.text(tip(network))])])
  }

  /// A name beside its marker, turned inwards near the edges.
  private func name(_ text: String, x: Double, y: Double, role: NetworkRole) -> Markup {
    let anchor = x > plot.width - 90 ? "end" : x < Plot.left + 60 ? "start" : "middle"
    return label(text, x: x, y: y, anchor: anchor, style: "name \(role.rawValue)")
  }
}

extension NumberText {
  /// Two counts as "43.4 M to 54.3 M".
  static func range(_ counts: ClosedRange<Int>) -> String {
    "\(count(counts.lowerBound)) to \(count(counts.upperBound))"
  }
}
