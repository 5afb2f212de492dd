/// A rule that says which widths each optimiser step trains, whatever they mean in the shared weights.
///
/// Every rank asks for itself: the answer is a function of the rule's own values and the step.
public protocol WidthSampling: Sendable {
  /// The passes of a step counted from 0, one at least; the first is held to the labels.
  func passes(at step: Int) -> [SampledPass]

  /// The passes of a step, where what earlier steps recorded may matter; the same on every rank, as the records are.
  func passes(at step: Int, knowing records: LossRecords?) -> [SampledPass]
}

extension WidthSampling {
  /// Most rules learn nothing.
  public func passes(at step: Int, knowing records: LossRecords?) -> [SampledPass] {
    passes(at: step)
  }
}

/// The widths of one pass, or several of which one is chosen by its loss.
public struct SampledPass: Hashable, Sendable {
  /// One or more.
  public let candidates: [Widths]
  /// How one is chosen.
  public let choice: TrainingPass.Choice
  /// What its predictions are held to.
  public let target: TrainingPass.Target
  /// Whether its loss tells about its widths: not where they are trained in every step whatever they are worth.
  public let isRecorded: Bool

  /// A pass over one of these widths.
  public init(
    _ candidates: [Widths], choice: TrainingPass.Choice = .lowestLoss,
    target: TrainingPass.Target = .labels, isRecorded: Bool = true
  ) {
    self.candidates = candidates
    self.choice = choice
    self.target = target
    self.isRecorded = isRecorded
  }
}

extension [SampledPass] {
  /// A step of the sandwich rule: the widest network, which is held to the labels, some others, and the narrowest.
  ///
  /// Only the others' losses tell about their widths.
  ///
  /// - Parameters:
  ///   - others: the candidates of each.
  ///   - choice: how one of the candidates is chosen.
  ///   - distills: whether the widest teaches the others and the narrowest.
  package static func sandwich(
    in space: SearchSpace, of others: [[Widths]], choice: TrainingPass.Choice = .lowestLoss,
    distills: Bool
  ) -> [SampledPass] {
    let target: TrainingPass.Target = distills ? .teacher : .labels
    return [SampledPass([space.fullWidths], isRecorded: false)]
      + others.map { SampledPass($0, choice: choice, target: target) }
      + [SampledPass([space.lowestWidths], target: target, isRecorded: false)]
  }
}
