import Randomness

/// One search for the whole front of accuracy against multiply-accumulates: NSGA-II (Deb and others, 2002).
///
/// Parameters only decide what is legal.
///
/// A generation is children of the population: parents by binary tournament, each gene from either, then some genes
/// drawn anew. Parents and children together are ranked by fronts, and within a front by how alone they stand; the
/// best of them are the next population. Illegal and repeated children are replaced by random candidates.
public struct NonDominatedSearch: CandidateSearch {
  /// The candidates it may ask for.
  public let space: LegalSpace
  /// Candidates of a generation, and generations.
  public let population, generations: Int
  /// Probability that a child's gene is drawn anew, in [0, 1].
  public let mutationProbability: Double
  /// The run's seed.
  public let seed: UInt64
  /// What was asked and told so far.
  public var progress = SearchProgress()

  /// A search at its beginning.
  public init(
    space: LegalSpace, population: Int, generations: Int, mutationProbability: Double,
    seed: UInt64
  ) {
    precondition(
      population >= 2 && generations >= 1 && (0...1).contains(mutationProbability),
      "a population to draw parents from, and a probability")
    self.space = space
    self.population = population
    self.generations = generations
    self.mutationProbability = mutationProbability
    self.seed = seed
  }

  /// Full generations.
  public var mostCandidates: Int { population * generations }

  /// Children of the survivors so far.
  public func nextGeneration(cost: ([Int]) -> NetworkCost) -> [Candidate] {
    var random = RandomStream(seed: seed, purpose: .search, step: generation)
    var seen = seen
    let parents = survivors()
    var children: [Candidate] = []
    if !parents.isEmpty {
      children = space.children(population, seen: &seen, cost: cost) {
        child(of: parents, using: &random)
      }
    }
    return children
      + space.randomCandidates(
        population - children.count, excluding: seen, using: &random, cost: cost)
  }

  /// The population after all generations told, the best first; a function of what was told alone.
  private func survivors() -> [ScoredCandidate] {
    var survivors: [ScoredCandidate] = []
    for number in 0..<generation {
      let all = survivors + history.filter { $0.generation == number }
      let ranks = ParetoFront.ranks(all)
      let crowding = ParetoFront.crowding(all, ranks)
      let order = all.indices.sorted {
        if ranks[$0] != ranks[$1] { return ranks[$0] < ranks[$1] }
        return crowding[$0] != crowding[$1] ? crowding[$0] > crowding[$1] : $0 < $1
      }
      survivors = order.prefix(population).map { all[$0] }
    }
    return survivors
  }

  /// - Parameter parents: the best first, so that of two the earlier wins.
  private func child(
    of parents: [ScoredCandidate], using random: inout RandomStream
  ) -> [Int] {
    func winner() -> [Int] {
      let (first, second) = (
        random.integer(below: parents.count), random.integer(below: parents.count)
      )
      return parents[min(first, second)].candidate.bins
    }
    let (mother, father) = (winner(), winner())
    return zip(zip(mother, father), space.choices).map { genes, range in
      let inherited = random.integer(below: 2) == 0 ? genes.0 : genes.1
      let isDrawnAnew = Double(random.uniform()) < mutationProbability
      return isDrawnAnew ? random.integer(in: range) : inherited
    }
  }
}
