/// What stops a training for good.
public enum TrainingError: Error, Equatable, CustomStringConvertible, Sendable {
  /// The loss of a step is no finite number; the parameters are still those of the step before.
  case nonFiniteLoss(phase: String, step: Int)
  /// A checkpoint is of a longer training.
  case foreignCheckpoint(phase: String, step: Int, totalSteps: Int)

  /// One sentence.
  public var description: String {
    switch self {
    case .nonFiniteLoss(let phase, let step):
      "the loss of \(phase) is not a finite number at step \(step): the training has diverged, "
        + "so lower the learning rate or lengthen the warm-up; the last checkpoint is untouched"
    case .foreignCheckpoint(let phase, let step, let totalSteps):
      "the checkpoint of \(phase) is at step \(step) of a training that has \(totalSteps) "
        + "steps; give it the images that it was made with, or the run another name"
    }
  }

  /// 70, an internal check failed, or 65, bad data (sysexits.h).
  public var exitCode: Int32 {
    switch self {
    case .nonFiniteLoss: 70
    case .foreignCheckpoint: 65
    }
  }
}
