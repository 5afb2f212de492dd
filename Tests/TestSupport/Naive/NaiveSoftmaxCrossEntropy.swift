import Glibc

/// Cross-entropy of one image's scores, as the definition has it.
public struct NaiveSoftmaxCrossEntropy: Sendable {
  /// One score a class.
  public let scores: [Double]
  /// The right class.
  public let label: Int
  /// The share of the target spread over all classes.
  public let smoothing: Double

  /// The loss of these scores.
  public init(scores: [Double], label: Int, smoothing: Double) {
    self.scores = scores
    self.label = label
    self.smoothing = smoothing
  }

  private var probabilities: [Double] {
    let powers = scores.map { exp($0) }
    let total = powers.reduce(0, +)
    return powers.map { $0 / total }
  }

  private var targets: [Double] {
    scores.indices.map {
      ($0 == label ? 1 - smoothing : 0) + smoothing / Double(scores.count)
    }
  }

  /// In nats.
  public var loss: Double {
    -zip(targets, probabilities).map { $0 * log($1) }.reduce(0, +)
  }

  /// The derivative of the loss by each score.
  public var gradient: [Double] { zip(probabilities, targets).map { $0 - $1 } }

  /// How many classes score higher than the label; of equals, the lower class number comes first.
  public var rank: Int {
    scores.indices.filter {
      scores[$0] > scores[label] || (scores[$0] == scores[label] && $0 < label)
    }.count
  }
}
