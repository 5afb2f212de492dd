import Randomness

/// What some widths mean in the shared weights: the subnets that stand for them.
public struct Realization: Hashable, Codable, Sendable {
  /// How the losses and accuracies of several subnets become one.
  public enum Combination: String, Codable, Sendable {
    /// Their mean.
    case mean
    /// Those of the most accurate one.
    case best
  }

  /// The widths that all the subnets have.
  public let widths: Widths
  /// One or more, each run on its own.
  public let subnets: [Subnet]
  /// How they become one number.
  public let combination: Combination

  /// The widths as realized by these subnets.
  public init(widths: Widths, subnets: [Subnet], combination: Combination) {
    self.widths = widths
    self.subnets = subnets
    self.combination = combination
  }
}

/// A rule by which candidates of different widths share one set of weights.
public protocol WeightSharing: Sendable {
  /// What stands for the widths in training: one realization, or several of which a step trains one.
  func trainingCandidates(
    of widths: Widths, in space: SearchSpace, using stream: inout RandomStream
  ) -> [Realization]

  /// The subnets whose accuracies score the widths.
  func scoringRealization(
    of widths: Widths, in space: SearchSpace, using stream: inout RandomStream
  ) -> Realization
}

extension WeightSharing {
  /// What is scored is what is trained.
  public func trainingCandidates(
    of widths: Widths, in space: SearchSpace, using stream: inout RandomStream
  ) -> [Realization] {
    [scoringRealization(of: widths, in: space, using: &stream)]
  }
}
