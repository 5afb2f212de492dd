import Engine

/// How a network is trained, whatever its widths.
public struct TrainingRecipe: Hashable, Sendable {
  /// Images of a step on all ranks together.
  public let globalBatch: Int
  /// Equal parts of the batch, each with batch statistics and a gradient of its own.
  public let shards: Int
  /// The learning rate at every step; it also says how many steps there are.
  public let schedule: LearningRateSchedule
  /// The update rule.
  public let optimizer: MomentumSGD
  /// Added to a weight's gradient, times the weight.
  public let weightDecay: Double
  /// Whether biases and batch normalisation decay too.
  public let decaysNormalization: Bool
  /// The share of the target spread over all classes.
  public let labelSmoothing: Double

  /// - Precondition: the batch is a multiple of the shards.
  public init(
    globalBatch: Int, shards: Int, schedule: LearningRateSchedule, optimizer: MomentumSGD,
    weightDecay: Double, decaysNormalization: Bool, labelSmoothing: Double
  ) {
    precondition(globalBatch.isMultiple(of: shards), "shards are of equal size")
    self.globalBatch = globalBatch
    self.shards = shards
    self.schedule = schedule
    self.optimizer = optimizer
    self.weightDecay = weightDecay
    self.decaysNormalization = decaysNormalization
    self.labelSmoothing = labelSmoothing
  }
}
