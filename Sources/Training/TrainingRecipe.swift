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
  /// Divides the logits of a teacher and of what is compared with it; above 0.
  public let temperature: Double
  /// The first steps, if they see smaller images.
  public let smallImages: SmallImages?

  /// - Precondition: the batch is a multiple of the shards.
  public init(
    globalBatch: Int, shards: Int, schedule: LearningRateSchedule, optimizer: MomentumSGD,
    weightDecay: Double, decaysNormalization: Bool, labelSmoothing: Double,
    temperature: Double = 1, smallImages: SmallImages? = nil
  ) {
    precondition(globalBatch.isMultiple(of: shards), "shards are of equal size")
    self.globalBatch = globalBatch
    self.shards = shards
    self.schedule = schedule
    self.optimizer = optimizer
    self.weightDecay = weightDecay
    self.decaysNormalization = decaysNormalization
    self.labelSmoothing = labelSmoothing
    self.temperature = temperature
    self.smallImages = smallImages
  }

  /// Progressive resizing: the first steps see images of fewer pixels, which cost less.
  ///
  /// Tan and Le, "EfficientNetV2", ICML 2021, section 4, with two sizes and regularisation left as it is.
  public struct SmallImages: Hashable, Sendable {
    /// How many steps, from the first.
    public let steps: Int
    /// By which the sides are shorter.
    public let factor: Int

    /// Some steps with shorter sides.
    public init(steps: Int, factor: Int) {
      precondition(steps > 0 && factor > 1, "some steps see images of fewer pixels")
      self.steps = steps
      self.factor = factor
    }
  }

  /// By which the sides of a step's images are shorter.
  ///
  /// - Parameter step: counted from 0.
  public func shrinking(at step: Int) -> Int {
    guard let smallImages, step < smallImages.steps else { return 1 }
    return smallImages.factor
  }

  /// Pixels of the first steps, in steps of full images: what training costs, but for a constant.
  public func work(ofSteps steps: Int) -> Double {
    guard let smallImages else { return Double(steps) }
    let small = min(steps, smallImages.steps)
    return Double(steps - small)
      + Double(small) / Double(smallImages.factor * smallImages.factor)
  }
}
