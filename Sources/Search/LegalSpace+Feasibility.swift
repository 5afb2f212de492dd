import Randomness

extension LegalSpace {
  /// Says before any training whether the budget can be met, given that wider never costs less.
  ///
  /// - Returns: a legal candidate, as the proof.
  /// - Throws: ``SearchError`` naming the budget and what the network can cost instead.
  @discardableResult
  public func checkFeasible(cost: ([Int]) -> Int) throws(SearchError) -> Candidate {
    let cheapest = cost(choices.map(\.lowerBound))
    let dearest = cost(choices.map(\.upperBound))
    if cheapest > window.upperBound {
      throw .tooTight(budget: window.upperBound, cheapest: cheapest)
    }
    if dearest < window.lowerBound {
      throw .tooGenerous(leastUse: window.lowerBound, dearest: dearest)
    }
    var random = RandomStream(seed: 0, purpose: .search)
    let proof = randomCandidates(1, excluding: [], using: &random, cost: cost)
    guard let candidate = proof.first else {
      throw .betweenTwoWidths(window: window, cheapest: cheapest, dearest: dearest)
    }
    return candidate
  }
}

/// A budget that no network of the space meets.
public enum SearchError: Error, Hashable, CustomStringConvertible, Sendable {
  /// Even the narrowest network costs more than the budget.
  case tooTight(budget: Int, cheapest: Int)
  /// Even the widest network costs less than the window's lower end.
  case tooGenerous(leastUse: Int, dearest: Int)
  /// The window is so narrow that the costs of the networks step over it.
  case betweenTwoWidths(window: ClosedRange<Int>, cheapest: Int, dearest: Int)

  /// One sentence: what, and what would be right.
  public var description: String {
    switch self {
    case .tooTight(let budget, let cheapest):
      "No width meets the budget of \(grouped(budget)) MACs: the cheapest network of this space"
        + " costs \(grouped(cheapest)) MACs, so give at least that."
    case .tooGenerous(let leastUse, let dearest):
      "No width uses the \(grouped(leastUse)) MACs the budget's lower end asks for: the widest"
        + " network of this space costs \(grouped(dearest)) MACs, so ask for at most that."
    case .betweenTwoWidths(let window, let cheapest, let dearest):
      "No width found between \(grouped(window.lowerBound)) and \(grouped(window.upperBound))"
        + " MACs, though this space spans \(grouped(cheapest)) to \(grouped(dearest)) MACs:"
        + " widen the budget's range."
    }
  }
}

/// 54259712 as "54,259,712".
private func grouped(_ number: Int) -> String {
  let digits = Array(String(number))
  return digits.indices.reduce(into: "") { text, place in
    if place > 0, (digits.count - place) % 3 == 0 { text.append(",") }
    text.append(digits[place])
  }
}
