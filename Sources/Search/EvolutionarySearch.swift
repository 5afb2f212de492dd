/// An evolutionary search over the bins of width groups, as a value that asks and is told.
///
///     while !search.isFinished {
///       let candidates = search.ask(cost: macs)      // a generation; the same again until told
///       search.tell(candidates.map(score))
///     }
///     search.best
///
/// The first generation is random; each later one is mutations and crossovers of the best candidates of
/// all generations so far, filled up with random ones. A candidate is legal if its cost lies in the window
/// and it was never asked before. The scheme is that of Single Path One-Shot (Guo et al., ECCV 2020).
/// Equal seeds and scores give equal generations, also through an encoding in between.
public struct EvolutionarySearch: Codable, Sendable {
  /// The candidates it may ask for.
  public let space: LegalSpace
  /// Sizes of a generation and its parts.
  public let settings: EvolutionSettings
  /// The run's seed.
  public let seed: UInt64
  /// Every candidate told so far, in the order asked.
  public private(set) var history: [ScoredCandidate] = []
  /// The generation under way, counted from 0; the number of generations told.
  public private(set) var generation = 0
  /// What was asked and not told yet.
  public private(set) var pending: [Candidate] = []
  private var isExhausted = false

  /// A search at its beginning.
  ///
  /// - Parameters:
  ///   - choices: the bins that each width group may take.
  ///   - settings: sizes of a generation and its parts.
  ///   - window: legal costs in multiply-accumulates.
  ///   - seed: the run's seed.
  public init(
    choices: [ClosedRange<Int>], settings: EvolutionSettings, window: ClosedRange<Int>, seed: UInt64
  ) {
    space = LegalSpace(choices: choices, window: window)
    self.settings = settings
    self.seed = seed
  }

  /// Whether all generations were told or no legal candidate is left.
  public var isFinished: Bool { isExhausted || generation == settings.generations }

  /// The best candidates of all generations so far, best first.
  public var top: [ScoredCandidate] { Array(history.sorted().prefix(settings.top)) }

  /// The best candidate so far; nil before the first generation was told.
  public var best: ScoredCandidate? { history.min() }

  /// The next generation: never empty before the search is finished, empty after.
  ///
  /// - Parameter cost: multiply-accumulates of a network with the given bins; a value outside the
  ///   window forbids it.
  public mutating func ask(cost: ([Int]) -> Int) -> [Candidate] {
    if !pending.isEmpty || isFinished { return pending }
    pending = nextGeneration(cost: cost)
    isExhausted = pending.isEmpty
    return pending
  }

  /// Records the scores of the generation last asked, in its order.
  public mutating func tell(_ scores: [Score]) {
    precondition(scores.count == pending.count, "one score for each candidate asked")
    for (candidate, score) in zip(pending, scores) {
      history.append(
        ScoredCandidate(candidate: candidate, score: score, generation: generation))
    }
    generation += pending.isEmpty ? 0 : 1
    pending = []
  }
}
