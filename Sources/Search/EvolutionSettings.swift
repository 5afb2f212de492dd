/// How an evolutionary search breeds: sizes of a generation and of its parts.
public struct EvolutionSettings: Codable, Hashable, Sendable {
  /// Candidates asked for in each generation.
  public let population: Int
  /// Generations, the first one included.
  public let generations: Int
  /// Best candidates of all generations so far, from which parents are drawn.
  public let top: Int
  /// Children of one parent in each generation.
  public let mutations: Int
  /// Children of two parents in each generation.
  public let crossovers: Int
  /// Probability that a mutation resamples a gene, in [0, 1].
  public let mutationProbability: Double
  /// Whether such a gene comes from the prior, where there is one, and not from all widths alike.
  public let mutatesByPrior: Bool

  /// Settings of a search; candidates beyond `mutations + crossovers` have no parents.
  public init(
    population: Int, generations: Int, top: Int, mutations: Int, crossovers: Int,
    mutationProbability: Double, mutatesByPrior: Bool = false
  ) {
    precondition(
      min(population, generations, top) >= 1, "population, generations and top are at least 1")
    precondition(
      min(mutations, crossovers) >= 0 && mutations + crossovers <= population,
      "mutations and crossovers are not negative and fit in the population together")
    precondition((0...1).contains(mutationProbability), "a probability lies in [0, 1]")
    self.population = population
    self.generations = generations
    self.top = top
    self.mutations = mutations
    self.crossovers = crossovers
    self.mutationProbability = mutationProbability
    self.mutatesByPrior = mutatesByPrior
  }
}
