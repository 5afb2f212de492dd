import Randomness

extension EvolutionarySearch {
  /// What a stream of random numbers breeds; each way has its own in every generation.
  private enum Way: Int {
    case newcomer
    case mutation
    case crossover
  }

  /// Children of the best so far, filled up with newcomers; fewer only when no more exist.
  public func nextGeneration(cost: ([Int]) -> NetworkCost) -> [Candidate] {
    let parents = top.map(\.candidate.bins)
    var seen = seen
    var children: [Candidate] = []
    if !parents.isEmpty {
      children += mutations(of: parents, seen: &seen, cost: cost)
      children += crossovers(of: parents, seen: &seen, cost: cost)
    }
    var random = stream(.newcomer)
    return children
      + space.newcomers(
        settings.population - children.count, from: prior, excluding: seen, using: &random,
        cost: cost)
  }

  private func mutations(
    of parents: [[Int]], seen: inout Set<[Int]>, cost: ([Int]) -> NetworkCost
  ) -> [Candidate] {
    var random = stream(.mutation)
    let prior = settings.mutatesByPrior ? prior : nil
    return space.children(settings.mutations, seen: &seen, cost: cost) {
      let parent = parents[random.integer(below: parents.count)]
      return parent.indices.map { group in
        let isResampled = Double(random.uniform()) < settings.mutationProbability
        guard isResampled else { return parent[group] }
        let range = space.choices[group]
        return prior?.bins(ofGroup: group, among: range, using: &random)
          ?? random.integer(in: range)
      }
    }
  }

  private func crossovers(
    of parents: [[Int]], seen: inout Set<[Int]>, cost: ([Int]) -> NetworkCost
  ) -> [Candidate] {
    var random = stream(.crossover)
    return space.children(settings.crossovers, seen: &seen, cost: cost) {
      let mother = parents[random.integer(below: parents.count)]
      let father = parents[random.integer(below: parents.count)]
      return zip(mother, father).map { random.integer(below: 2) == 0 ? $0 : $1 }
    }
  }

  private func stream(_ way: Way) -> RandomStream {
    RandomStream(seed: seed, purpose: .search, step: generation, index: way.rawValue)
  }
}
