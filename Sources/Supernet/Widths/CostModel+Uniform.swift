extension CostModel {
  /// Uniform scaling: the channels of every group times the largest single multiplier that two limits allow.
  ///
  /// A multiplier m keeps round(m * channels) of each group, at least 1: it is not bound to the bins of the
  /// space, since the network is trained on its own. Costs grow with the multiplier, so bisection over the
  /// multipliers at which some group changes finds it.
  ///
  /// - Parameters:
  ///   - full: channels of each group of the network that is scaled, which the space may have widened.
  ///   - macs: the most multiply-accumulates for one image.
  ///   - parameters: the most parameters.
  /// - Returns: nil when even one channel of each group costs more.
  public func uniformChannels(of full: [Int], macs: Int, parameters: Int) -> [Int]? {
    let multipliers = Set(full).flatMap { channels in
      (0..<channels).map { Multiplier(2 * $0 + 1, over: 2 * channels) }
    }.sorted()
    var affordable = 0
    var tooDear = multipliers.count
    while affordable < tooDear {
      let middle = (affordable + tooDear) / 2
      let narrowed = scaled(full, by: multipliers[middle])
      if self.macs(ofChannels: narrowed) <= macs,
        self.parameters(ofChannels: narrowed) <= parameters
      {
        affordable = middle + 1
      } else {
        tooDear = middle
      }
    }
    return affordable == 0 ? nil : scaled(full, by: multipliers[affordable - 1])
  }

  private func scaled(_ channels: [Int], by multiplier: Multiplier) -> [Int] {
    channels.map { multiplier.share(of: $0) }
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

  func share(of total: Int) -> Int {
    max(1, (2 * numerator * total + denominator) / (2 * denominator))
  }
}
