/// What a search scored and what it chose.
public struct SearchResult: Codable, Hashable, Sendable {
  /// Every candidate scored, in the order of scoring.
  public let candidates: [ReportCandidate]
  /// The costs the search allowed, in multiply-accumulates.
  public let window: ClosedRange<Int>
  /// The most parameters the search allowed; nil for any number.
  public let mostParameters: Int?
  /// The winner's place among the candidates; nil while the search goes on.
  public let winner: Int?

  /// What a search scored and what it chose.
  public init(
    candidates: [ReportCandidate], window: ClosedRange<Int>, mostParameters: Int?, winner: Int?
  ) {
    precondition(
      winner.map(candidates.indices.contains) ?? true, "the winner is one of the candidates")
    self.candidates = candidates
    self.window = window
    self.mostParameters = mostParameters
    self.winner = winner
  }
}

/// A network the search scored with the supernet's weights.
public struct ReportCandidate: Codable, Hashable, Sendable {
  /// Multiply-accumulates for one image.
  public let macs: Int
  /// Its parameters; nil where the run did not count them.
  public let parameters: Int?
  /// Fraction of the held-out images classified correctly.
  public let accuracy: Double
  /// Whether it was measured on all of them, and not given up before.
  public let isComplete: Bool
  /// The generation that asked for it, counted from 0.
  public let generation: Int
  /// Its bin in every width group, counted from 1.
  public let bins: [Int]

  /// A network the search scored.
  public init(
    macs: Int, parameters: Int?, accuracy: Double, isComplete: Bool = true, generation: Int,
    bins: [Int]
  ) {
    self.macs = macs
    self.parameters = parameters
    self.accuracy = accuracy
    self.isComplete = isComplete
    self.generation = generation
    self.bins = bins
  }
}
