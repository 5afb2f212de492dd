/// An evolutionary search over the bins of width groups.
///
/// The first generation is newcomers; each later one is mutations and crossovers of the best candidates of
/// all generations so far, filled up with newcomers. The scheme is that of Single Path One-Shot (Guo et al.,
/// ECCV 2020). Newcomers are random, or come from a prior (BCNet, Su et al., CVPR 2021).
public struct EvolutionarySearch: CandidateSearch {
  /// The candidates it may ask for.
  public let space: LegalSpace
  /// Sizes of a generation and its parts.
  public let settings: EvolutionSettings
  /// Where newcomers come from; all legal candidates alike without one.
  public let prior: WidthPrior?
  /// The run's seed.
  public let seed: UInt64
  /// What was asked and told so far.
  public var progress = SearchProgress()

  /// A search at its beginning.
  ///
  /// - Precondition: a prior has as many groups and widths as the space.
  public init(
    space: LegalSpace, settings: EvolutionSettings, prior: WidthPrior? = nil, seed: UInt64
  ) {
    precondition(
      prior.map { $0.probabilities.map(\.count) == space.choices.map(\.count) } ?? true,
      "one probability for every width")
    self.space = space
    self.settings = settings
    self.prior = prior
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
