import Configuration
import Search

extension RunConfiguration.Search {
  /// Whether the search starts from a prior.
  var drawsFromPrior: Bool { method == .evolution && newcomers == .prior }

  /// The search at its beginning.
  ///
  /// - Parameter prior: where newcomers come from, where a supernet has told.
  func newSearch(
    in space: LegalSpace, prior: WidthPrior? = nil, seed: UInt64
  ) -> any CandidateSearch {
    switch method {
    case .evolution:
      EvolutionarySearch(
        space: space,
        settings: EvolutionSettings(
          population: population, generations: generations, top: top, mutations: mutations,
          crossovers: crossovers, mutationProbability: mutationProbability), prior: prior,
        seed: seed)
    case .nsga2:
      NonDominatedSearch(
        space: space, population: population, generations: generations,
        mutationProbability: mutationProbability, seed: seed)
    case .greedy: GreedySearch(space: space)
    case .random:
      RandomSearch(space: space, population: population, generations: generations, seed: seed)
    case .predictor:
      PredictorGuidedSearch(
        space: space,
        settings: PredictorGuidedSearch.Settings(
          initial: initial, batch: population, explored: explored, generations: generations),
        seed: seed)
    }
  }
}
