import Randomness

extension LegalSpace {
  /// Says before any training whether the budget can be met, given that wider never costs less.
  ///
  /// - Returns: a legal candidate, as the proof.
  /// - Throws: ``SearchError`` naming what cannot be met, MACs, parameters or both, and what the network can cost instead.
  @discardableResult
  public func checkFeasible(cost: ([Int]) -> NetworkCost) throws(SearchError) -> Candidate {
    let cheapest = cost(choices.map(\.lowerBound))
    let dearest = cost(choices.map(\.upperBound))
    if window.isTooDear(cheapest) { throw .tooTight(window: window, cheapest: cheapest) }
    if window.isTooCheap(dearest) {
      throw .tooGenerous(leastUse: window.macs.lowerBound, dearest: dearest.macs)
    }
    if let candidate = proof(cost: cost) { return candidate }
    let withoutParameters = LegalSpace(choices: choices, window: CostWindow(macs: window.macs))
    if window.mostParameters != nil, withoutParameters.proof(cost: cost) != nil {
      throw .notTogether(window: window)
    }
    throw .betweenTwoWidths(window: window.macs, cheapest: cheapest.macs, dearest: dearest.macs)
  }

  private func proof(cost: ([Int]) -> NetworkCost) -> Candidate? {
    var random = RandomStream(seed: 0, purpose: .search)
    return randomCandidates(1, excluding: [], using: &random, cost: cost).first
  }
}

/// A budget that no network of the space meets.
public enum SearchError: Error, Hashable, CustomStringConvertible, Sendable {
  /// Even the narrowest network costs more than the budget, in MACs, in parameters or in both.
  case tooTight(window: CostWindow, cheapest: NetworkCost)
  /// Even the widest network costs fewer MACs than the window's lower end.
  case tooGenerous(leastUse: Int, dearest: Int)
  /// The window is so narrow that the costs of the networks step over it.
  case betweenTwoWidths(window: ClosedRange<Int>, cheapest: Int, dearest: Int)
  /// Networks of so many MACs have more parameters, those of so few parameters fewer MACs.
  case notTogether(window: CostWindow)

  /// One sentence: what, and what would be right.
  public var description: String {
    switch self {
    case .tooTight(let window, let cheapest):
      Self.tooTight(window, cheapest)
    case .tooGenerous(let leastUse, let dearest):
      "No width uses the \(grouped(leastUse)) MACs the budget's lower end asks for: the widest"
        + " network of this space costs \(grouped(dearest)) MACs, so ask for at most that."
    case .betweenTwoWidths(let window, let cheapest, let dearest):
      "No width found between \(grouped(window.lowerBound)) and \(grouped(window.upperBound))"
        + " MACs, though this space spans \(grouped(cheapest)) to \(grouped(dearest)) MACs:"
        + " widen the budget's range."
    case .notTogether(let window):
      "No width found with \(window), though either can be met alone: give more parameters, or lower"
        + " the least MACs."
    }
  }

  private static func tooTight(_ window: CostWindow, _ cheapest: NetworkCost) -> String {
    let asked =
      [(window.macs.upperBound, cheapest.macs, "MACs")]
      + (window.mostParameters.map { [($0, cheapest.parameters, "parameters")] } ?? [])
    let missed = asked.filter { $0.0 < $0.1 }
    func listed(_ amount: ((Int, Int, String)) -> Int) -> String {
      missed.map { "\(grouped(amount($0))) \($0.2)" }.joined(separator: " and ")
    }
    return "No width meets the budget of \(listed(\.0)): the cheapest network of this space costs"
      + " \(listed(\.1)), so give at least that."
  }
}
