/// A search over the bins of width groups, as a value that asks and is told.
///
///     while !search.isFinished {
///       let candidates = search.ask(cost: costs)    // a generation; the same again until told
///       search.tell(candidates.map(score))
///     }
///     search.best
///
/// It knows no model, file or rank. Equal seeds and scores give equal generations, also through an encoding in
/// between. No candidate is asked twice. A search that draws its candidates asks only for legal ones, whose MACs and
/// parameters both lie in the window; one that follows a way or a list says so.
public protocol CandidateSearch: Codable, Sendable {
  /// The candidates it may ask for.
  var space: LegalSpace { get }
  /// Generations at most.
  var generations: Int { get }
  /// Candidates at most, over all generations.
  var mostCandidates: Int { get }
  /// What was asked and told so far.
  var progress: SearchProgress { get set }
  /// The best candidate so far; nil before the first generation was told.
  var best: ScoredCandidate? { get }
  /// The accuracy below which it does not matter to the search how low a score is; nil where every score matters.
  var accuracyToReach: Double? { get }

  /// Different candidates that were never asked; none when there are no more.
  func nextGeneration(cost: ([Int]) -> NetworkCost) -> [Candidate]
}

/// What a search has asked and was told.
public struct SearchProgress: Codable, Sendable {
  /// Every candidate told so far, in the order asked.
  public private(set) var history: [ScoredCandidate] = []
  /// The generation under way, counted from 0; the number of generations told.
  public private(set) var generation = 0
  /// What was asked and not told yet.
  public private(set) var pending: [Candidate] = []
  /// Whether no legal candidate was left.
  private(set) var isExhausted = false

  /// At the beginning.
  public init() {}

  mutating func open(_ candidates: [Candidate]) {
    pending = candidates
    isExhausted = candidates.isEmpty
  }

  mutating func close(_ scores: [Score]) {
    precondition(scores.count == pending.count, "one score for each candidate asked")
    for (candidate, score) in zip(pending, scores) {
      history.append(
        ScoredCandidate(candidate: candidate, score: score, generation: generation))
    }
    generation += pending.isEmpty ? 0 : 1
    pending = []
  }
}

extension CandidateSearch {
  /// Every candidate told so far, in the order asked.
  public var history: [ScoredCandidate] { progress.history }
  /// The generation under way, counted from 0; the number of generations told.
  public var generation: Int { progress.generation }
  /// What was asked and not told yet.
  public var pending: [Candidate] { progress.pending }
  /// Whether all generations were told or no legal candidate is left.
  public var isFinished: Bool { progress.isExhausted || generation == generations }
  /// The most accurate candidate.
  public var best: ScoredCandidate? { history.min() }
  /// Every score matters.
  public var accuracyToReach: Double? { nil }

  /// The bins of every candidate told so far.
  var seen: Set<[Int]> { Set(history.map(\.candidate.bins)) }

  /// The next generation: never empty before the search is finished, empty after.
  ///
  /// - Parameter cost: what a network with the given bins needs; a value outside the window forbids it.
  public mutating func ask(cost: ([Int]) -> NetworkCost) -> [Candidate] {
    if !pending.isEmpty || isFinished { return pending }
    progress.open(nextGeneration(cost: cost))
    return pending
  }

  /// Records the scores of the generation last asked, in its order.
  public mutating func tell(_ scores: [Score]) { progress.close(scores) }
}
