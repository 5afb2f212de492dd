import Glibc

/// Which widths to draw first: those with the least expected loss among priors whose networks cost a budget on average.
///
/// BCNet's prior initial population sampling (Su et al., CVPR 2021): with a loss for every width of every group, find
/// probabilities P that minimise the mean over groups of `sum_k P[l][k] loss[l][k]`, such that the expected cost is the
/// budget. As in the public codes P is the softmax of free numbers that follow the gradient, and the budget a penalty
/// `weight * (cost / budget - 1)^2`; here by Adam (Kingma and Ba, ICLR 2015), with a weight that doubles until the
/// budget is met. The optimum itself is nearly a single network, since loss and cost are linear in every group's
/// probabilities: what keeps a prior wide is that it starts with all widths equally likely and goes few small steps.
///
/// Nothing is random: the same problem gives the same bits.
public struct PriorProblem: Hashable, Codable, Sendable {
  /// Accepted, of the budget, between it and the expected cost.
  public static let tolerance = 0.01

  private static let rounds = 20
  private static let stepsPerRound = 1000
  private static let firstWeight = 10.0
  private static let rate = 0.01

  /// [group][bins - least bins].
  public let losses: [[Double]]
  /// What a network costs.
  public let cost: ProductCost
  /// The cost that is wanted on average; above 0.
  public let budget: Double

  /// - Parameters:
  ///   - losses: [group][bins - least bins].
  ///   - budget: a cost above 0; one beyond the widest network's means that one's.
  public init(losses: [[Double]], cost: ProductCost, budget: Double) {
    precondition(budget > 0, "something may be spent")
    self.losses = losses
    self.cost = cost
    let widest = cost.factors.map { group in
      group.indices.map { $0 == group.count - 1 ? 1.0 : 0 }
    }
    self.budget = min(budget, cost.mean(widest))
  }

  /// The prior; its expected cost is within `tolerance` of the budget, where that is no less than the narrowest network's.
  public func solved() -> WidthPrior {
    var scores = losses.map { $0.map { _ in 0.0 } }
    var weight = Self.firstWeight
    for _ in 0..<Self.rounds {
      descend(&scores, weight: weight)
      if abs(cost.mean(scores.map(softmax)) / budget - 1) <= Self.tolerance { break }
      weight *= 2
    }
    return WidthPrior(probabilities: scores.map(softmax))
  }

  private func descend(_ scores: inout [[Double]], weight: Double) {
    var moments = scores.map { $0.map { _ in Moments() } }
    for step in 1...Self.stepsPerRound {
      let slopes = objective(scores, weight: weight).slopes
      let share = Moments.shares(after: step)
      for group in scores.indices {
        for place in scores[group].indices {
          moments[group][place].add(slopes[group][place])
          scores[group][place] -= Self.rate * moments[group][place].direction(share)
        }
      }
    }
  }

  /// What is minimised, and its derivative by every score.
  ///
  /// - Parameters:
  ///   - scores: [group][bins - least bins], of which the probabilities are the softmax.
  ///   - weight: of the squared distance to the budget.
  package func objective(
    _ scores: [[Double]], weight: Double
  ) -> (value: Double, slopes: [[Double]]) {
    let probabilities = scores.map(softmax)
    let (mean, costSlopes) = cost.meanAndSlopes(probabilities)
    let excess = mean / budget - 1
    let share = 1 / Double(losses.count)
    let value = share * zip(probabilities, losses).reduce(0) { $0 + dot($1.0, $1.1) }
    let slopes = probabilities.indices.map { group in
      let direct = zip(losses[group], costSlopes[group]).map {
        share * $0 + 2 * weight * excess / budget * $1
      }
      let average = dot(probabilities[group], direct)
      return zip(probabilities[group], direct).map { $0 * ($1 - average) }
    }
    return (value + weight * excess * excess, slopes)
  }
}

/// Adam's running means of one number's slopes and of their squares, with the paper's constants.
private struct Moments {
  private var mean = 0.0
  private var square = 0.0

  /// What the means hold of their full weights after some steps.
  static func shares(after steps: Int) -> (mean: Double, square: Double) {
    (1 - pow(0.9, Double(steps)), 1 - pow(0.999, Double(steps)))
  }

  mutating func add(_ slope: Double) {
    mean = 0.9 * mean + 0.1 * slope
    square = 0.999 * square + 0.001 * slope * slope
  }

  func direction(_ shares: (mean: Double, square: Double)) -> Double {
    mean / shares.mean / ((square / shares.square).squareRoot() + 1e-8)
  }
}
