/// What a network needs.
public struct NetworkCost: Hashable, Codable, Sendable {
  /// Multiply-accumulates for one image.
  public let macs: Int
  /// Parameters of the network on its own.
  public let parameters: Int

  /// A cost in both units.
  public init(macs: Int, parameters: Int) {
    self.macs = macs
    self.parameters = parameters
  }
}

/// Which costs are legal: multiply-accumulates between two ends, and at most so many parameters.
public struct CostWindow: Hashable, Codable, Sendable {
  /// Legal multiply-accumulates, both ends included.
  public let macs: ClosedRange<Int>
  /// The most parameters; nil for any number.
  public let mostParameters: Int?

  /// The window of these ends.
  public init(macs: ClosedRange<Int>, mostParameters: Int? = nil) {
    self.macs = macs
    self.mostParameters = mostParameters
  }

  /// The window that every cost lies in.
  public static let everything = CostWindow(macs: 0...Int.max)

  /// Whether a cost is legal.
  public func contains(_ cost: NetworkCost) -> Bool {
    macs.contains(cost.macs) && !hasTooManyParameters(cost)
  }

  /// Whether a cost lies above an upper end, so that a network has to be narrower.
  func isTooDear(_ cost: NetworkCost) -> Bool {
    cost.macs > macs.upperBound || hasTooManyParameters(cost)
  }

  /// Whether a cost lies below the lower end, so that a network has to be wider.
  func isTooCheap(_ cost: NetworkCost) -> Bool { cost.macs < macs.lowerBound }

  /// How far a cost lies outside: 0 for a legal one, and each end's excess as a part of that end.
  func distance(to cost: NetworkCost) -> Double {
    func excess(_ value: Int, over end: Int) -> Double {
      Double(max(0, value - end)) / Double(max(1, end))
    }
    let shortfall = Double(max(0, macs.lowerBound - cost.macs)) / Double(max(1, macs.lowerBound))
    return excess(cost.macs, over: macs.upperBound) + shortfall
      + excess(cost.parameters, over: mostParameters ?? Int.max)
  }

  private func hasTooManyParameters(_ cost: NetworkCost) -> Bool {
    mostParameters.map { cost.parameters > $0 } ?? false
  }
}

extension CostWindow: CustomStringConvertible {
  /// As in "1,000 to 2,000 MACs and at most 300 parameters".
  public var description: String {
    let most = mostParameters.map { " and at most \(grouped($0)) parameters" } ?? ""
    return "\(grouped(macs.lowerBound)) to \(grouped(macs.upperBound)) MACs\(most)"
  }
}

/// 54259712 as "54,259,712".
func grouped(_ number: Int) -> String {
  let digits = Array(String(number))
  return digits.indices.reduce(into: "") { text, place in
    if place > 0, (digits.count - place) % 3 == 0 { text.append(",") }
    text.append(digits[place])
  }
}
