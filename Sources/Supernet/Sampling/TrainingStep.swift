/// What one optimiser step trains: passes whose gradients add up before the update.
public struct TrainingStep: Hashable, Codable, Sendable {
  /// In the order they run; one at least.
  public let passes: [TrainingPass]

  /// A step of these passes.
  public init(passes: [TrainingPass]) {
    precondition(!passes.isEmpty, "a step trains something")
    self.passes = passes
  }
}

/// One realization of a step, or several of which the step's own images choose one.
public struct TrainingPass: Hashable, Codable, Sendable {
  /// What predictions are held to.
  public enum Target: String, Codable, Sendable {
    /// The images' labels.
    case labels
    /// What the step's first pass predicted, the mean over its subnets (in-place distillation; Yu and Huang,
    /// "Universally Slimmable Networks", ICCV 2019).
    case teacher
  }

  /// Which of several candidates is trained, by its loss against the labels before anything is.
  public enum Choice: String, Codable, Sendable {
    case lowestLoss, highestLoss
  }

  /// One or more widths, each with one or more realizations, of which the one with the lowest loss stands for them.
  public let candidates: [[Realization]]
  /// Which widths are trained, where there are several.
  public let choice: Choice
  /// What the loss compares with.
  public let target: Target
  /// Whether the loss counts among the records of its widths.
  public let isRecorded: Bool

  /// A pass over one of these candidates.
  public init(
    candidates: [[Realization]], choice: Choice = .lowestLoss, target: Target = .labels,
    isRecorded: Bool = true
  ) {
    precondition(
      !candidates.isEmpty && !candidates.contains(where: \.isEmpty), "a pass trains something")
    self.candidates = candidates
    self.choice = choice
    self.target = target
    self.isRecorded = isRecorded
  }
}
