/// A cost that is a sum of products, each of a coefficient and of numbers that single groups contribute by their bins.
///
/// It has an exact mean over networks whose groups draw their bins apart from each other. Candidates are judged by the
/// closure that a search is given; this is for reasoning about all of them at once.
public struct ProductCost: Hashable, Codable, Sendable {
  /// One product.
  public struct Term: Hashable, Codable, Sendable {
    /// Times the numbers of the groups.
    public let coefficient: Double
    /// Two at most; the same one twice for a square.
    public let groups: [Int]

    /// A product over none, one or two groups.
    public init(coefficient: Double, groups: [Int]) {
      precondition(groups.count <= 2, "a product has two factors at most")
      self.coefficient = coefficient
      self.groups = groups
    }
  }

  /// The products.
  public let terms: [Term]
  /// What a group contributes to each of its products: [group][bins - least bins].
  public let factors: [[Double]]

  /// A sum of products of these factors.
  public init(terms: [Term], factors: [[Double]]) {
    precondition(
      terms.allSatisfy { $0.groups.allSatisfy(factors.indices.contains) },
      "every group has its factors")
    self.terms = terms
    self.factors = factors
  }

  /// The cost of one network.
  ///
  /// - Parameter places: each group's bins - least bins.
  func value(_ places: [Int]) -> Double {
    terms.reduce(0) { sum, term in
      sum + term.groups.reduce(term.coefficient) { $0 * factors[$1][places[$1]] }
    }
  }

  /// The two groups of every product of different ones.
  var pairs: [[Int]] { terms.map(\.groups).filter { $0.count == 2 && $0[0] != $0[1] } }

  /// The mean over networks whose groups take their bins with these probabilities, each group alone.
  ///
  /// - Parameter probabilities: [group][bins - least bins]; each group's add up to 1.
  public func mean(_ probabilities: [[Double]]) -> Double { meanAndSlopes(probabilities).mean }

  /// The mean, and its derivative by every probability.
  func meanAndSlopes(_ probabilities: [[Double]]) -> (mean: Double, slopes: [[Double]]) {
    let means = zip(probabilities, factors).map { dot($0, $1) }
    var mean = 0.0
    // A slope is linear in the factor and in its square, with these weights a group.
    var linear = means.map { _ in 0.0 }
    var quadratic = linear
    for term in terms {
      switch (term.groups.first, term.groups.dropFirst().first) {
      case (let first?, let second?) where first == second:
        mean += term.coefficient * dot(probabilities[first], factors[first].map { $0 * $0 })
        quadratic[first] += term.coefficient
      case (let first?, let second?):
        mean += term.coefficient * means[first] * means[second]
        linear[first] += term.coefficient * means[second]
        linear[second] += term.coefficient * means[first]
      case (let only?, nil):
        mean += term.coefficient * means[only]
        linear[only] += term.coefficient
      case (nil, _): mean += term.coefficient
      }
    }
    let slopes = factors.enumerated().map { group, factors in
      factors.map { (linear[group] + quadratic[group] * $0) * $0 }
    }
    return (mean, slopes)
  }
}
