extension RunConfiguration {
  /// How weights are trained; the supernet and the networks trained at the end share its shape.
  public struct Recipe: Codable, Hashable, Sendable {
    /// Passes over the training images.
    public var epochs: Int
    /// Images of one optimizer step, over all ranks.
    public var batch: Int
    /// Stochastic gradient descent.
    public var optimizer: Optimizer
    /// The learning rate over time.
    public var schedule: Schedule
    /// The part of the target that is spread over all classes.
    public var labelSmoothing: Double
    /// The first epochs, if they see smaller images.
    public var smallImages: SmallImages
  }

  /// Progressive resizing: smaller images at first, which cost less.
  public struct SmallImages: Codable, Hashable, Sendable {
    /// The first ones; 0 for none.
    public var epochs: Int
    /// By which the sides are shorter.
    public var factor: Int
  }

  /// Stochastic gradient descent with momentum.
  public struct Optimizer: Codable, Hashable, Sendable {
    /// At the top of the schedule.
    public var learningRate: Double
    /// The part of the last update that goes on.
    public var momentum: Double
    /// Whether the gradient is taken ahead of the momentum.
    public var nesterov: Bool
    /// Pulls weights to zero.
    public var weightDecay: Double
    /// Whether weight decay also pulls biases and the parameters of batch normalisation.
    public var decayNormalization: Bool
    /// The largest size of a gradient's values; 0 for any.
    public var clipValue: Double
  }

  /// The learning rate over time.
  public struct Schedule: Codable, Hashable, Sendable {
    /// The curve after the warm-up.
    public var kind: ScheduleKind
    /// Epochs over which the rate rises from zero.
    public var warmupEpochs: Int
    /// Where cosine and linear end.
    public var finalLearningRate: Double
    /// The epochs at whose start a step schedule multiplies the rate, ascending.
    public var milestones: [Int]
    /// What a step schedule multiplies by.
    public var factor: Double
  }

  /// A curve of the learning rate.
  public enum ScheduleKind: String, Codable, CaseIterable, Sendable {
    /// Half a cosine wave down.
    case cosine
    /// Constant between milestones.
    case step
    /// A straight line down.
    case linear
  }
}

extension RunConfiguration.ScheduleKind: Choice {}

extension RunConfiguration.Recipe: Section {
  static let fields: [Field<Self>] = [
    .value(
      "epochs", \.epochs, .positive, unit: "epochs", example: "60", "over the training images"),
    .value(
      "batch", \.batch, .positive, unit: "images", example: "256",
      "of one step over all ranks; a multiple of cluster.shards"),
    .section("optimizer", \.optimizer),
    .section("schedule", \.schedule),
    .value(
      "label_smoothing", \.labelSmoothing, .from(0, below: 1), unit: "of the target",
      example: "0.1", "spread evenly over all classes"),
    .section("small_images", \.smallImages),
  ]
}

extension RunConfiguration.SmallImages: Section {
  static let fields: [Field<Self>] = [
    .value(
      "epochs", \.epochs, .from(0, to: 1_000_000), unit: "epochs", example: "2",
      "from the first, that see smaller images, in less time; 0 for none"),
    .value(
      "factor", \.factor, .from(2, to: 16), unit: "pixels", example: "4",
      "the side of the squares whose means are the pixels of smaller images; divides the height and the width "
        + "of data.image",
      when: .used),
  ]
}

extension Condition<RunConfiguration.SmallImages> {
  fileprivate static let used = Condition(words: "epochs above 0") { $0.epochs > 0 }
}

extension RunConfiguration.Optimizer: Section {
  static let fields: [Field<Self>] = [
    .value(
      "learning_rate", \.learningRate, .above(0, to: 1000), unit: "per step", example: "0.05",
      "at the top of the schedule"),
    .value(
      "momentum", \.momentum, .from(0, below: 1), unit: "of the last update", example: "0.95",
      "that goes on"),
    .value("nesterov", \.nesterov, example: "true", "takes the gradient ahead of the momentum"),
    .value(
      "weight_decay", \.weightDecay, .from(0, below: 1), unit: "per step", example: "4e-5",
      "times the weight is added to its gradient"),
    .value(
      "decay_normalization", \.decayNormalization, example: "true",
      "weight decay also on biases and batch normalisation"),
    .value(
      "clip_value", \.clipValue, .clipping, unit: "of the mean loss a weight", example: "1",
      "to which larger values of the gradient are cut, of either sign; 0 leaves them as they are"),
  ]
}

extension Limit where Value == Double {
  fileprivate static let clipping = Limit(words: " that is 0 or from 0.000001 to 1000000") {
    $0 == 0 || (1e-6...1e6).contains($0)
  }
}

extension RunConfiguration.Schedule: Section {
  static let fields: [Field<Self>] = [
    .value("kind", \.kind, example: "linear", "the curve after the warm-up"),
    .value(
      "warmup_epochs", \.warmupEpochs, .from(0, to: 1_000_000), unit: "epochs", example: "1",
      "over which the rate rises from zero"),
    .value(
      "final_learning_rate", \.finalLearningRate, .from(0, to: 1000), unit: "per step",
      example: "1e-5", "at the end", when: .smooth),
    .value(
      "milestones", \.milestones, .each(.positive), unit: "epochs", example: "[2, 4]",
      "after which the rate is multiplied, ascending", when: .stepwise, isRequired: true),
    .value(
      "factor", \.factor, .above(0, to: 1), unit: "of the rate", example: "0.2",
      "that a milestone leaves", when: .stepwise),
  ]
}

extension Condition<RunConfiguration.Schedule> {
  fileprivate static let stepwise = Condition(words: "kind step") { $0.kind == .step }
  fileprivate static let smooth = Condition(words: "kinds cosine and linear") { $0.kind != .step }
}
