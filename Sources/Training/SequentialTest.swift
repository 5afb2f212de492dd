import Foundation

/// Says, while a candidate is being measured, that it can hardly reach an accuracy any more.
///
/// After n images with mean accuracy x below the aim a, the candidate is given up when
/// `n KL(x, a) > ln(looks / errorRate)`. By Hoeffding ("Probability inequalities for sums of bounded random variables",
/// 1963, theorem 1 and section 6) a candidate whose accuracy over all images is at least `a` looks that bad at one look with
/// probability at most `errorRate / looks`, so it is wrongly given up with at most `errorRate` over all looks. The
/// images must come in random order, as ``ValidationSplit`` gives them.
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
  ///   - images: how many these are.
  ///   - looks: how often this is asked at most, for one candidate.
  ///   - subnets: of which `accuracy` is the best.
  package func isHopeless(accuracy: Double, images: Int, looks: Int, subnets: Int) -> Bool {
    guard accuracy < aim else { return false }
    return Double(images) * Self.divergence(accuracy, aim)
      > log(Double(looks * subnets) / errorRate)
  }

  /// The Kullback-Leibler divergence between coins that show heads with these probabilities, in nats.
  package static func divergence(_ p: Double, _ q: Double) -> Double {
    func term(_ p: Double, _ q: Double) -> Double { p == 0 ? 0 : p * log(p / q) }
    return term(p, q) + term(1 - p, 1 - q)
  }
}
