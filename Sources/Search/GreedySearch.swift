/// Greedy slimming (AutoSlim, Yu and Huang 2019, section 3.3): from the widest network one bin is taken away at a time,
/// always where that hurts least, until the budget is met.
///
/// A generation is the network so far with each group one bin narrower. Nothing is random.
public struct GreedySearch: CandidateSearch {
  /// Its upper ends, of MACs and of parameters, are the budget; networks on the way there cost more, and the last may
  /// cost less than its lower end, since a bin of a large group can step over any window.
  public let space: LegalSpace
  /// What was asked and told so far.
  public var progress = SearchProgress()

  /// A search at its beginning.
  public init(space: LegalSpace) {
    self.space = space
  }

  /// The widest network, and one for each bin that can be taken away.
  public var generations: Int { 1 + space.choices.reduce(0) { $0 + $1.count - 1 } }
  /// All neighbours on the longest way.
  public var mostCandidates: Int { 1 + (generations - 1) * space.choices.count }

  /// The way so far: the best of each generation.
  public var path: [ScoredCandidate] {
    (0..<generation).compactMap { number in
      history.filter { $0.generation == number }.min()
    }
  }

  /// The first network on the way that meets the budget; nil while none does.
  public var best: ScoredCandidate? {
    path.first { !space.window.isTooDear($0.candidate.cost) }
  }

  /// The neighbours of the network so far; none once the budget is met.
  public func nextGeneration(cost: ([Int]) -> NetworkCost) -> [Candidate] {
    guard let last = path.last?.candidate else {
      let widest = space.choices.map(\.upperBound)
      return [Candidate(bins: widest, cost: cost(widest))]
    }
    if !space.window.isTooDear(last.cost) { return [] }
    return space.choices.indices.compactMap { group in
      guard last.bins[group] > space.choices[group].lowerBound else { return nil }
      var bins = last.bins
      bins[group] -= 1
      return Candidate(bins: bins, cost: cost(bins))
    }
  }
}
