/// An evolutionary search over the bins of width groups.
///
/// The first generation is random; each later one is mutations and crossovers of the best candidates of
/// all generations so far, filled up with random ones. The scheme is that of Single Path One-Shot (Guo et al.,
/// ECCV 2020).
public struct EvolutionarySearch: CandidateSearch {
  /// The candidates it may ask for.
  public let space: LegalSpace
  /// Sizes of a generation and its parts.
  public let settings: EvolutionSettings
  /// The run's seed.
  public let seed: UInt64
  /// What was asked and told so far.
  public var progress = SearchProgress()

  /// A search at its beginning.
  public init(space: LegalSpace, settings: EvolutionSettings, seed: UInt64) {
    self.space = space
    self.settings = settings
    self.seed = seed
  }

  /// As its settings say.
  public var generations: Int { settings.generations }
  /// Full generations.
  public var mostCandidates: Int { settings.generations * settings.population }

  /// That of the last of the parents: whoever is worse has no children.
  public var accuracyToReach: Double? {
    let parents = top
    return parents.count == settings.top ? parents.last?.score.accuracy : nil
  }

  /// The best candidates of all generations so far, best first.
  public var top: [ScoredCandidate] { Array(history.sorted().prefix(settings.top)) }
}
