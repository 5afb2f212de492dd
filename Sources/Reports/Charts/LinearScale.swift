import Foundation

/// From values to places on the page, with ticks at round values.
package struct LinearScale {
  /// The values at both ends, rounded outwards to ticks.
  package let domain: ClosedRange<Double>
  /// The round values between them.
  package let ticks: [Double]
  /// The decimal places a tick's label needs.
  package let places: Int
  private let start, end: Double

  /// A scale over some values.
  ///
  /// - Parameters:
  ///   - values: what must fit; all equal is fine, none gives 0 to 1.
  ///   - start, end: the places of the domain's ends; `end` may be the smaller, as upwards on a page.
  ///   - count: about how many ticks.
  ///   - isRounded: whether the domain ends at ticks, or where the values end.
  package init(
    _ values: some Collection<Double>, from start: Double, to end: Double, ticks count: Int = 5,
    isRounded: Bool = true
  ) {
    var (low, high) = (values.min() ?? 0, values.max() ?? 1)
    if high - low <= abs(high) * 1e-9 {
      let margin = max(abs(high) * 0.05, 1e-6)
      (low, high) = (low - margin, high + margin)
    }
    let step = Self.roundStep((high - low) / Double(count))
    let first = isRounded ? (low / step).rounded(.down) : (low / step).rounded(.up)
    let last = isRounded ? (high / step).rounded(.up) : (high / step).rounded(.down)
    ticks = stride(from: first, through: last, by: 1).map { $0 * step }
    domain = isRounded ? first * step...last * step : low...high
    places = max(0, -Int((log10(step) + 1e-9).rounded(.down)))
    (self.start, self.end) = (start, end)
  }

  /// The place of a value.
  package func callAsFunction(_ value: Double) -> Double {
    let share = (value - domain.lowerBound) / (domain.upperBound - domain.lowerBound)
    return start + share * (end - start)
  }

  /// The least of 1, 2, 5 times a power of ten that is no smaller.
  private static func roundStep(_ rough: Double) -> Double {
    let magnitude = pow(10, log10(rough).rounded(.down))
    let factor = [1, 2, 5, 10].first { $0 * magnitude >= rough * (1 - 1e-9) } ?? 10
    return factor * magnitude
  }
}
