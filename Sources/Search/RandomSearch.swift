import Randomness

/// Random candidates, the baseline of every other search.
public struct RandomSearch: CandidateSearch {
  /// The candidates it may ask for.
  public let space: LegalSpace
  /// Candidates of a generation, and generations.
  public let population, generations: Int
  /// The run's seed.
  public let seed: UInt64
  /// What was asked and told so far.
  public var progress = SearchProgress()

  /// A search at its beginning.
  public init(space: LegalSpace, population: Int, generations: Int, seed: UInt64) {
    precondition(min(population, generations) >= 1, "something is asked")
    self.space = space
    self.population = population
    self.generations = generations
    self.seed = seed
  }

  /// Full generations.
  public var mostCandidates: Int { population * generations }

  /// Uniform over what is legal and new, as far as chance finds it.
  public func nextGeneration(cost: ([Int]) -> NetworkCost) -> [Candidate] {
    var random = RandomStream(seed: seed, purpose: .search, step: generation)
    return space.randomCandidates(population, excluding: seen, using: &random, cost: cost)
  }
}
