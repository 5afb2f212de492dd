/// The empty sheet of a chart: its size, two scales, grid lines, ticks and axis titles.
struct Plot {
  let width, height: Double
  let x, y: LinearScale

  static let left = 64.0, right = 18.0, top = 40.0, bottom = 56.0

  /// A sheet whose scales hold the given values; rounded, the vertical one ends at ticks.
  init(
    width: Double, height: Double, xValues: [Double], yValues: [Double], isRounded: Bool = true
  ) {
    (self.width, self.height) = (width, height)
    x = LinearScale(xValues, from: Self.left, to: width - Self.right, isRounded: false)
    y = LinearScale(
      yValues, from: height - Self.bottom, to: Self.top, ticks: isRounded ? 5 : 6,
      isRounded: isRounded)
  }

  /// The chart with everything drawn on it.
  func chart(label: String, style: String, _ children: [Markup]) -> Markup {
    drawing(width: width, height: height, label: label, style: style, children)
  }

  /// Grid, ticks and titles; the y title stands above its axis, where it is read without turning.
  func axes(
    x xTitle: String, y yTitle: String, xText: (Double) -> String, yText: (Double) -> String
  ) -> [Markup] {
    let base = height - Self.bottom
    let rows = y.ticks.flatMap { tick in
      [
        line(Self.left, y(tick), width - Self.right, y(tick), style: "grid"),
        label(yText(tick), x: Self.left - 10, y: y(tick) + 4, anchor: "end", style: "tick"),
      ]
    }
    let columns = x.ticks.flatMap { tick in
      [
        line(x(tick), base, x(tick), base + 5, style: "axis"),
        label(xText(tick), x: x(tick), y: base + 22, anchor: "middle", style: "tick"),
      ]
    }
    return rows + columns + [
      line(Self.left, base, width - Self.right, base, style: "axis"),
      label(yTitle, x: Self.left - 54, y: 18, style: "title"),
      label(xTitle, x: width - Self.right, y: height - 8, anchor: "end", style: "title"),
    ]
  }
}

/// An SVG drawing that scales with the page.
func drawing(width: Double, height: Double, label: String, style: String, _ children: [Markup])
  -> Markup
{
  tag(
    "svg",
    [
      "class": "chart \(style)", "viewBox": "0 0 \(place(width)) \(place(height))", "role": "img",
      "aria-label": label,
    ], children)
}

/// A coordinate with a tenth of a unit, which keeps thousands of points small.
func place(_ value: Double) -> String { NumberText.coordinate(value) }

/// A straight line.
func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, style: String) -> Markup {
  tag(
    "line",
    ["class": style, "x1": place(x1), "y1": place(y1), "x2": place(x2), "y2": place(y2)])
}

/// A line of text at a place.
func label(
  _ text: String, x: Double, y: Double, anchor: String = "start", style: String
) -> Markup {
  tag(
    "text", ["class": style, "x": place(x), "y": place(y), "text-anchor": anchor], [.text(text)])
}
