/// Candidates that are known from the start, all scored in one generation.
public struct ListedSearch: CandidateSearch {
  /// Where the candidates come from.
  public let space: LegalSpace
  /// What was asked and told so far.
  public var progress = SearchProgress()
  private let candidates: [Candidate]

  /// A search of these candidates, one at least and no two alike.
  public init(space: LegalSpace, candidates: [Candidate]) {
    precondition(
      !candidates.isEmpty && Set(candidates).count == candidates.count, "different candidates")
    self.space = space
    self.candidates = candidates
  }

  /// One.
  public var generations: Int { 1 }
  /// All of them.
  public var mostCandidates: Int { candidates.count }

  /// All of them.
  public func nextGeneration(cost: ([Int]) -> NetworkCost) -> [Candidate] { candidates }
}
