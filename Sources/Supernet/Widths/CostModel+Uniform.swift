extension CostModel {
  /// Uniform scaling: the widest single multiplier of all groups that a budget allows.
  ///
  /// A multiplier m keeps round(m * bins) bins of each group, at least 1. Only the multipliers at which some
  /// group changes are distinct, so those are tried, the widest first.
  ///
  /// - Parameter budget: multiply-accumulates for one image, inclusive.
  /// - Returns: nil when even one bin of each group costs more.
  public func uniform(atMost budget: Int) -> Widths? {
    Set(space.bins).flatMap { bins in (0..<bins).map { Multiplier(2 * $0 + 1, over: 2 * bins) } }
      .sorted { $1 < $0 }
      .lazy.map { multiplier in Widths(bins: space.bins.map(multiplier.bins(of:))) }
      .first { macs(of: $0) <= budget }
  }
}

/// A fraction, kept exact so that every group rounds at the same place.
private struct Multiplier: Comparable {
  private let numerator: Int
  private let denominator: Int

  init(_ numerator: Int, over denominator: Int) {
    self.numerator = numerator
    self.denominator = denominator
  }

  static func < (first: Multiplier, second: Multiplier) -> Bool {
    first.numerator * second.denominator < second.numerator * first.denominator
  }

  func bins(of total: Int) -> Int {
    max(1, (2 * numerator * total + denominator) / (2 * denominator))
  }
}
