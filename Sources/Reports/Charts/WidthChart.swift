/// The winner's width in every group, as a bar inside the base network's.
struct WidthChart {
  let groups: [GroupWidth]
  let winner: [Int]
  /// The uniform network's widths, marked by a line across the bars; nil leaves it out.
  let uniform: [Int]?

  private static let width = 480.0, rowHeight = 46.0, barHeight = 14.0

  /// The drawing, from the first layer at the top to the last.
  var markup: Markup {
    let widest = Double(groups.map(\.channels).max() ?? 1)
    let scale = { (channels: Int) in Double(channels) / widest * Self.width }
    return drawing(
      width: Self.width, height: Self.rowHeight * Double(groups.count),
      label: "Channels of every width group in the winner and the base network", style: "widths",
      groups.indices.map { row($0, scale: scale) })
  }

  private func row(_ index: Int, scale: (Int) -> Double) -> Markup {
    let group = groups[index]
    let top = Double(index) * Self.rowHeight
    let share = Double(winner[index]) / Double(group.channels)
    let texts = "\(winner[index]) of \(group.channels)"
    var parts = [
      tag("title", [.text(tip(index))]),
      label(group.name, x: 0, y: top + 15, style: "group"),
      label(
        "\(texts) · \(NumberText.percent(share, places: 0))", x: Self.width, y: top + 15,
        anchor: "end", style: "tick"),
      bar(to: scale(group.channels), top: top, style: "bar base"),
      bar(to: scale(winner[index]), top: top, style: "bar winner"),
    ]
    if let uniform {
      let x = scale(uniform[index])
      parts.append(line(x, top + 20, x, top + 26 + Self.barHeight, style: "uniformtick"))
    }
    return tag("g", class: "row", parts)
  }

  private func bar(to end: Double, top: Double, style: String) -> Markup {
    tag(
      "rect",
      [
        "class": style, "x": "0", "y": place(top + 23), "width": place(end),
        "height": place(Self.barHeight), "rx": "2",
      ])
  }

  private func tip(_ index: Int) -> String {
    let group = groups[index]
    let uniformText = uniform.map { ", uniform \($0[index])" } ?? ""
    return "\(group.name)\nwinner \(winner[index]) channels, base \(group.channels)\(uniformText)"
  }
}
