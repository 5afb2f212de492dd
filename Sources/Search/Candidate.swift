/// One network of the space: a number of bins for every width group, and what it costs.
public struct Candidate: Hashable, Codable, Sendable {
  /// The genotype: one bin per width group, counted from 1, the narrowest.
  public let bins: [Int]
  /// What it needs.
  public let cost: NetworkCost

  /// A candidate of known cost.
  public init(bins: [Int], cost: NetworkCost) {
    self.bins = bins
    self.cost = cost
  }
}

/// How good a candidate proved to be on the images held out for the search.
public struct Score: Hashable, Codable, Sendable {
  /// Fraction of the images classified correctly, in [0, 1].
  public let accuracy: Double
  /// Mean cross-entropy in nats; decides between equal accuracies, the lower the better.
  public let loss: Double

  /// A score; a loss that is not a finite number counts as the worst possible one.
  public init(accuracy: Double, loss: Double) {
    precondition((0...1).contains(accuracy), "an accuracy is a fraction in [0, 1]")
    self.accuracy = accuracy
    self.loss = loss.isFinite ? loss : .greatestFiniteMagnitude
  }
}

/// A candidate with its score.
///
/// The better one is the smaller one; the order is strict and total over the candidates of a search.
public struct ScoredCandidate: Hashable, Codable, Sendable, Comparable {
  /// The network.
  public let candidate: Candidate
  /// Its score.
  public let score: Score
  /// The generation that asked for it, counted from 0.
  public let generation: Int

  /// A scored candidate.
  public init(candidate: Candidate, score: Score, generation: Int) {
    self.candidate = candidate
    self.score = score
    self.generation = generation
  }

  /// Higher accuracy first, then lower loss, then lexicographically smaller bins.
  public static func < (left: Self, right: Self) -> Bool {
    if left.score.accuracy != right.score.accuracy {
      return left.score.accuracy > right.score.accuracy
    }
    if left.score.loss != right.score.loss { return left.score.loss < right.score.loss }
    return left.candidate.bins.lexicographicallyPrecedes(right.candidate.bins)
  }
}
