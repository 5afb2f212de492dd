import Randomness

/// AOWS's search (Berman et al., CVPR 2020, section 3): widths that are exactly optimal where a network's worth is a sum
/// of one term for each group's bins, under a budget on its cost.
///
/// The terms are what a supernet's training says of each width, or else the effects of an additive model of the scores so
/// far, after a random first generation; then each generation asks for the optimum, and fills itself with what is almost
/// as good: optima of tighter budgets, and networks a bin or two away, the best of them by their terms first.
public struct ViterbiSearch: CandidateSearch {
  /// The candidates it may ask for.
  public let space: LegalSpace
  /// Random candidates of the first generation, where no terms are given; candidates of any other.
  public let initial, population: Int
  /// Generations, the random one included.
  public let generations: Int
  /// Multiply-accumulates as a sum over pairs of groups.
  public let cost: ProductCost
  /// What each group's bins are worth, the higher the better; nil where scores have to tell.
  public let worth: [[Double]]?
  /// The run's seed.
  public let seed: UInt64
  /// What was asked and told so far.
  public var progress = SearchProgress()

  /// Budgets between the ends of the window for which a generation decodes the optimum.
  private static let budgets = 8
  /// Networks that are looked at in one further step away from the decoded ones.
  private static let mostNeighbours = 1 << 18

  /// A search at its beginning.
  ///
  /// - Throws: ``WidthFieldError`` where the groups hang together too much for an exact search.
  public init(
    space: LegalSpace, initial: Int, population: Int, generations: Int, cost: ProductCost,
    worth: [[Double]]? = nil, seed: UInt64
  ) throws(WidthFieldError) {
    precondition(min(initial, population, generations) >= 1, "something is asked")
    try WidthField.checkSize(choices: space.choices, cost: cost)
    self.space = space
    self.initial = initial
    self.population = population
    self.generations = generations
    self.cost = cost
    self.worth = worth
    self.seed = seed
  }

  /// Full generations.
  public var mostCandidates: Int {
    (worth == nil ? initial - population : 0) + generations * population
  }

  /// Random ones where nothing is known, else the best by what is known.
  public func nextGeneration(cost: ([Int]) -> NetworkCost) -> [Candidate] {
    if worth == nil && generation == 0 {
      var random = RandomStream(seed: seed, purpose: .search)
      return space.randomCandidates(initial, excluding: [], using: &random, cost: cost)
    }
    let terms =
      worth
      ?? AdditivePredictor(
        choices: space.choices, samples: history.map { ($0.candidate.bins, $0.score.accuracy) }
      ).effects
    // The space was found small enough at the beginning.
    guard let field = try? WidthField(choices: space.choices, worth: terms, cost: self.cost) else {
      return []
    }
    return Array(proposals(field, cost: cost).prefix(population))
  }

  /// Legal networks that were not asked yet, the one of most worth first: decoded ones and those up to two bins away, since
  /// a penalty misses budgets between two networks, further ones while there are not enough, and random ones where the
  /// optimum of MACs alone is far from all that is legal.
  private func proposals(_ field: WidthField, cost: ([Int]) -> NetworkCost) -> [Candidate] {
    let window = space.window.macs
    var known: Set<[Int]> = []
    var edge = (0..<Self.budgets).compactMap { number in
      let share = Double(number) / Double(Self.budgets)
      return field.best(
        atMost: Double(window.upperBound) * (1 - share) + Double(window.lowerBound) * share)?.bins
    }
    var seen = seen
    var found: [Candidate] = []
    var distance = 0
    while !edge.isEmpty {
      edge = edge.filter { known.insert($0).inserted }
      found += edge.compactMap { seen.contains($0) ? nil : space.candidate($0, cost: cost) }
      distance += 1
      let growth = edge.count * 2 * space.choices.count
      if growth > Self.mostNeighbours || distance > 2 && found.count >= population { break }
      edge = edge.flatMap(neighbours)
    }
    if found.count < population {
      seen.formUnion(found.map(\.bins))
      var random = RandomStream(seed: seed, purpose: .search, step: generation)
      found += space.randomCandidates(
        population - found.count, excluding: seen, using: &random, cost: cost)
    }
    return found.sorted {
      let (first, second) = (field.value($0.bins), field.value($1.bins))
      return first != second
        ? first > second : $0.bins.lexicographicallyPrecedes($1.bins)
    }
  }

  /// One group a bin wider or narrower.
  private func neighbours(of bins: [Int]) -> [[Int]] {
    bins.indices.flatMap { group in
      [bins[group] - 1, bins[group] + 1].filter(space.choices[group].contains).map { kept in
        var neighbour = bins
        neighbour[group] = kept
        return neighbour
      }
    }
  }
}
