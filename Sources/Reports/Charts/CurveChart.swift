/// Loss or accuracy over epochs, one line for each curve of a phase.
struct CurveChart {
  /// The quantity drawn.
  enum Quantity: CaseIterable {
    case loss
    case accuracy
  }

  let quantity: Quantity
  let curves: [TrainingCurve]

  /// More points than this say nothing more at this size; neighbours are then averaged.
  static let pointLimit = 120

  /// The chart, or nil when no curve measured this quantity.
  var markup: Markup? {
    let lines = curves.map { ($0, samples(of: $0)) }.filter { !$0.1.isEmpty }
    let all = lines.flatMap(\.1)
    if all.isEmpty { return nil }
    let plot = Plot(
      width: 540, height: 340, xValues: all.map(\.epoch) + [0], yValues: all.map(\.value))
    let axes = plot.axes(
      x: "epoch", y: title, xText: { NumberText.fixed($0, places: plot.x.places) },
      yText: { text($0, places: plot.y.places) })
    return tag(
      "figure",
      [
        plot.chart(
          label: "\(title) over epochs", style: "curves",
          axes + lines.flatMap { drawn($0.1, of: $0.0, on: plot) })
      ])
  }

  private var title: String { quantity == .loss ? "loss (nats)" : "accuracy" }

  private func text(_ value: Double, places: Int) -> String {
    switch quantity {
    case .loss: NumberText.fixed(value, places: places)
    case .accuracy: NumberText.percent(value, places: max(0, places - 2))
    }
  }

  private func drawn(_ samples: [Sample], of curve: TrainingCurve, on plot: Plot) -> [Markup] {
    let places = samples.map { (x: plot.x($0.epoch), y: plot.y($0.value)) }
    let route = places.map { "\(place($0.x)) \(place($0.y))" }.joined(separator: "L")
    let style = "\(curve.role.rawValue) \(curve.images)"
    let path = tag("path", ["class": "curve \(style)", "d": "M" + route])
    return [path]
      + zip(samples, places).map { sample, at in
        tag(
          "circle", ["class": "point \(style)", "cx": place(at.x), "cy": place(at.y), "r": "6"],
          [tag("title", [.text(tip(sample, of: curve))])])
      }
  }

  private func tip(_ sample: Sample, of curve: TrainingCurve) -> String {
    "\(curve.legend)\nepoch \(NumberText.fixed(sample.epoch, places: 2)), "
      + "step \(NumberText.grouped(sample.step))\n\(title) \(text(sample.value, places: 4))"
  }
}

extension CurveChart {
  /// A point of a line: one measurement, or the mean of neighbours.
  struct Sample: Hashable {
    let step: Int
    let epoch: Double
    let value: Double
  }

  /// The curve's finite values, thinned to the limit by means over runs of equal length.
  func samples(of curve: TrainingCurve) -> [Sample] {
    let measured = curve.points.compactMap { point in
      (quantity == .loss ? point.loss : point.accuracy).flatMap {
        $0.isFinite ? Sample(step: point.step, epoch: point.epoch, value: $0) : nil
      }
    }
    let length = (measured.count + Self.pointLimit - 1) / Self.pointLimit
    if length <= 1 { return measured }
    return stride(from: 0, to: measured.count, by: length).map { start in
      mean(of: measured[start..<min(start + length, measured.count)])
    }
  }

  private func mean(of samples: ArraySlice<Sample>) -> Sample {
    let count = Double(samples.count)
    return Sample(
      step: samples[samples.startIndex + samples.count / 2].step,
      epoch: samples.map(\.epoch).reduce(0, +) / count,
      value: samples.map(\.value).reduce(0, +) / count)
  }
}

extension TrainingCurve {
  /// The curve's name in a legend.
  var legend: String { "\(role.rawValue), \(images.rawValue)" }

  /// The name and where the curve ends, as the eye cannot read it off the chart.
  var legendWithEnd: String {
    guard let accuracy = points.last(where: { $0.accuracy?.isFinite == true })?.accuracy else {
      return legend
    }
    return "\(legend): \(NumberText.percent(accuracy, places: 1))"
  }
}
