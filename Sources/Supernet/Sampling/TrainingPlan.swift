import Randomness

/// What each optimiser step trains, known to every rank from the seed alone but for choices among candidates.
public struct TrainingPlan: Sendable {
  private let space: SearchSpace
  private let sharing: any WeightSharing
  private let sampler: any WidthSampling
  private let seed: UInt64

  /// The plan of a run.
  public init(
    space: SearchSpace, sharing: any WeightSharing, sampler: any WidthSampling, seed: UInt64
  ) {
    self.space = space
    self.sharing = sharing
    self.sampler = sampler
    self.seed = seed
  }

  /// A step counted from 0, whatever was asked before.
  ///
  /// - Parameter records: of the losses of earlier steps, for samplers that learn from them.
  public func step(at step: Int, knowing records: LossRecords? = nil) -> TrainingStep {
    TrainingStep(
      passes: sampler.passes(at: step, knowing: records).enumerated().map { index, pass in
        var stream = RandomStream(seed: seed, purpose: .sharing, step: step, index: index)
        return TrainingPass(
          candidates: pass.candidates.map {
            sharing.trainingCandidates(of: $0, in: space, using: &stream)
          }, choice: pass.choice, target: pass.target,
          isRecorded: pass.isRecorded)
      })
  }
}
