import Search

/// A way to search, and how long: what a configuration or the flags of `vernier bench simulate` say.
struct SearchChoice {
  enum Method: String, CaseIterable {
    case evolution, nsga2, greedy, random, predictor
  }

  var method: Method
  /// Candidates of a generation, and generations.
  var population, generations: Int
  /// Parents, children of one and of two of them, and how often a child's layer is drawn anew.
  var top, mutations, crossovers: Int
  var mutationProbability: Double
  /// Random candidates of the predictor's first generation, and of each later one.
  var initial, explored: Int

  /// The search at its beginning.
  func search(_ space: LegalSpace, seed: UInt64) -> any CandidateSearch {
    switch method {
    case .evolution:
      EvolutionarySearch(
        space: space,
        settings: EvolutionSettings(
          population: population, generations: generations, top: top, mutations: mutations,
          crossovers: crossovers, mutationProbability: mutationProbability), seed: seed)
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
