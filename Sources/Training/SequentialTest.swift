import Foundation

/// Says, while a candidate is being measured, that it can hardly reach an accuracy any more.
///
/// After n of N images with mean accuracy x below the aim a, the candidate is given up when `n KL(x, a)` or
/// `2 n (a - x)^2 / (1 - (n - 1) / N)` is above `ln(looks / errorRate)`. By Hoeffding ("Probability inequalities for sums
/// of bounded random variables", 1963, theorem 1 and section 6) and Serfling ("Probability inequalities for the sum in sampling
/// without replacement", 1974, corollary 1.1) a candidate whose accuracy over all images is at least `a` looks that bad at
/// one look with probability at most `errorRate / looks`, so it is wrongly given up with at most `errorRate` over all
/// looks. Hoeffding's bound is the tighter one early, Serfling's when few images are left. The images must come in random order,
/// as ``ValidationSplit`` gives them.
public struct SequentialTest: Sendable {
  /// The accuracy to reach, in [0, 1].
  public let aim: Double
  /// The most probable it may be that a candidate which reaches the aim is given up.
  public let errorRate: Double

  /// A test against one aim.
  public init(aim: Double, errorRate: Double) {
    precondition((0...1).contains(aim) && 0 < errorRate && errorRate < 1, "probabilities")
    self.aim = aim
    self.errorRate = errorRate
  }

  /// Whether to give the candidate up.
  ///
  /// - Parameters:
  ///   - accuracy: on the images so far.
  ///   - images: how many these are, at least one.
  ///   - total: how many there are.
  ///   - looks: how often this is asked at most, for one candidate.
  ///   - subnets: of which `accuracy` is the best.
  package func isHopeless(
    accuracy: Double, images: Int, of total: Int, looks: Int, subnets: Int
  ) -> Bool {
    guard accuracy < aim else { return false }
    let seen = Double(images)
    let deficit = aim - accuracy
    let evidence = max(
      seen * Self.divergence(accuracy, aim),
      2 * seen * deficit * deficit / (1 - (seen - 1) / Double(total)))
    return evidence > log(Double(looks * subnets) / errorRate)
  }

  /// The Kullback-Leibler divergence between coins that show heads with these probabilities, in nats.
  package static func divergence(_ p: Double, _ q: Double) -> Double {
    func term(_ p: Double, _ q: Double) -> Double { p == 0 ? 0 : p * log(p / q) }
    return term(p, q) + term(1 - p, 1 - q)
  }
}
