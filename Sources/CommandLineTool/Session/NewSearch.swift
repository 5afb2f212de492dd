import Configuration
import Search

extension RunConfiguration.Search {
  /// The search at its beginning.
  ///
  /// - Parameters:
  ///   - cost: multiply-accumulates as a sum over pairs of groups.
  ///   - prior: where newcomers come from, where a supernet has told.
  ///   - worth: of each width, where a supernet has told.
  /// - Throws: `WidthFieldError` when the space is too entangled for the method.
  func newSearch(
    in space: LegalSpace, cost: ProductCost, prior: WidthPrior? = nil, worth: [[Double]]? = nil,
    seed: UInt64
  ) throws -> any CandidateSearch {
    switch method {
    case .evolution:
      EvolutionarySearch(
        space: space,
        settings: EvolutionSettings(
          population: population, generations: generations, top: top, mutations: mutations,
          crossovers: crossovers, mutationProbability: mutationProbability,
          mutatesByPrior: mutatesByPrior), prior: prior, seed: seed)
    case .nsga2:
      NonDominatedSearch(
        space: space, population: population, generations: generations,
        mutationProbability: mutationProbability, seed: seed)
    case .greedy: GreedySearch(space: space)
    case .random:
      RandomSearch(space: space, population: population, generations: generations, seed: seed)
    case .viterbi:
      try ViterbiSearch(
        space: space, initial: initial, population: population, generations: generations,
        cost: cost, worth: worth, seed: seed)
    case .predictor:
      PredictorGuidedSearch(
        space: space,
        settings: PredictorGuidedSearch.Settings(
          initial: initial, batch: population, explored: explored, generations: generations),
        seed: seed)
    }
  }
}
