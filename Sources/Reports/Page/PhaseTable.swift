/// How long each phase took, as a bar and in words.
struct PhaseTable {
  let phases: [PhaseTime]

  var markup: Markup {
    let longest = phases.map(\.seconds).max() ?? 1
    return tag("table", class: "phases", [tag("tbody", phases.map { row($0, longest: longest) })])
  }

  private func row(_ phase: PhaseTime, longest: Double) -> Markup {
    let share = longest > 0 ? phase.seconds / longest * 100 : 0
    let rate = phase.imagesPerSecond.map { "\(NumberText.grouped(Int($0.rounded()))) images/s" }
    let bar = tag("span", ["class": "length", "style": "width:\(place(share))%"])
    return tag(
      "tr",
      [
        tag("th", [.text(phase.name)]), tag("td", class: "lengths", [bar]),
        tag("td", [.text(NumberText.duration(phase.seconds))]),
        tag("td", class: "rate", [.text(rate ?? "")]),
      ])
  }
}
