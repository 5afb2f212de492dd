import Randomness

/// Sequential model-based search (as in "Progressive Neural Architecture Search", Liu et al., ECCV 2018): random
/// candidates first, then those that an additive predictor, fitted to all scores so far, thinks best.
public struct PredictorGuidedSearch: CandidateSearch {
  /// Sizes of the generations.
  public struct Settings: Codable, Hashable, Sendable {
    /// Random candidates of the first generation.
    public let initial: Int
    /// Candidates of each later generation, and how many of them are random still.
    public let batch, explored: Int
    /// Generations, the first included.
    public let generations: Int

    /// Sizes, each at least 1 but for `explored`.
    public init(initial: Int, batch: Int, explored: Int, generations: Int) {
      precondition(
        min(initial, batch, generations) >= 1 && (0...batch).contains(explored),
        "something is asked, and not more is random than that")
      self.initial = initial
      self.batch = batch
      self.explored = explored
      self.generations = generations
    }
  }

  /// Networks that are listed anew for every generation.
  private static let mostListed = 1 << 16

  /// The candidates it may ask for.
  public let space: LegalSpace
  /// Sizes of the generations.
  public let settings: Settings
  /// The run's seed.
  public let seed: UInt64
  /// What was asked and told so far.
  public var progress = SearchProgress()

  /// A search at its beginning.
  public init(space: LegalSpace, settings: Settings, seed: UInt64) {
    self.space = space
    self.settings = settings
    self.seed = seed
  }

  /// As its settings say.
  public var generations: Int { settings.generations }
  /// Full generations.
  public var mostCandidates: Int {
    settings.initial + (settings.generations - 1) * settings.batch
  }

  /// Random ones, or the predictor's best with some random ones.
  public func nextGeneration(cost: ([Int]) -> NetworkCost) -> [Candidate] {
    var random = RandomStream(seed: seed, purpose: .search, step: generation)
    guard generation > 0 else {
      return space.randomCandidates(settings.initial, excluding: [], using: &random, cost: cost)
    }
    let predictor = AdditivePredictor(
      choices: space.choices,
      samples: history.map { ($0.candidate.bins, $0.score.accuracy) })
    let best = promising(predictor, excluding: seen, cost: cost)
      .prefix(settings.batch - settings.explored)
    let known = seen.union(best.map(\.bins))
    return best
      + space.randomCandidates(
        settings.batch - best.count, excluding: known, using: &random, cost: cost)
  }

  /// New legal candidates, the most promising first: of all, where they can be listed, else of those that an evolution
  /// on predicted scores meets.
  private func promising(
    _ predictor: AdditivePredictor, excluding seen: Set<[Int]>, cost: ([Int]) -> NetworkCost
  ) -> [Candidate] {
    let candidates: [Candidate]
    if space.size <= Self.mostListed, let all = space.enumeration {
      candidates = all.compactMap { space.candidate($0, cost: cost) }
    } else {
      var inner = EvolutionarySearch(
        space: space,
        settings: EvolutionSettings(
          population: 50, generations: 40, top: 10, mutations: 25, crossovers: 25,
          mutationProbability: 0.1),
        seed: seed &+ UInt64(generation))
      while !inner.isFinished {
        // Predictions may lie outside of [0, 1]; only their order counts, and losses order as well.
        inner.tell(
          inner.ask(cost: cost).map { Score(accuracy: 0, loss: -predictor.score($0.bins)) })
      }
      candidates = inner.history.map(\.candidate)
    }
    let scored = candidates.filter { !seen.contains($0.bins) }.map {
      ($0, predictor.score($0.bins))
    }
    return scored.sorted {
      $0.1 != $1.1 ? $0.1 > $1.1 : $0.0.bins.lexicographicallyPrecedes($1.0.bins)
    }.map(\.0)
  }
}
