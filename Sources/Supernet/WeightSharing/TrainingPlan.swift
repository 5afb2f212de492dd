import Randomness

/// What each optimiser step trains, known to every rank from the seed alone.
public struct TrainingPlan: Sendable {
  private let space: SearchSpace
  private let sharing: any WeightSharing
  private let sampler: WidthSampler
  private let seed: UInt64

  /// The plan of a run.
  public init(
    space: SearchSpace, sharing: any WeightSharing, sampler: WidthSampler, seed: UInt64
  ) {
    self.space = space
    self.sharing = sharing
    self.sampler = sampler
    self.seed = seed
  }

  /// The subnets of a step counted from 0, whatever was asked before.
  public func realization(at step: Int) -> Realization {
    let (sample, turn) = step.quotientAndRemainder(dividingBy: sharing.stepsPerSample)
    var stream = RandomStream(seed: seed, purpose: .sharing, step: sample)
    return sharing.trainingRealizations(
      of: sampler.widths(at: sample), in: space, using: &stream)[turn]
  }
}
