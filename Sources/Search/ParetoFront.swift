/// Candidates by two wishes at once: more accuracy (then less loss), fewer multiply-accumulates.
enum ParetoFront {
  /// Whether the first is at least as good in both wishes and better in one.
  static func dominates(_ first: ScoredCandidate, _ second: ScoredCandidate) -> Bool {
    let (better, worse) = (isMoreAccurate(first, second), isMoreAccurate(second, first))
    let (cheaper, dearer) = (
      first.candidate.cost.macs < second.candidate.cost.macs,
      first.candidate.cost.macs > second.candidate.cost.macs
    )
    return !worse && !dearer && (better || cheaper)
  }

  private static func isMoreAccurate(_ first: ScoredCandidate, _ second: ScoredCandidate) -> Bool {
    first.score.accuracy != second.score.accuracy
      ? first.score.accuracy > second.score.accuracy : first.score.loss < second.score.loss
  }

  /// For each candidate the number of its front: 0 for those that none dominates, 1 for those that only these
  /// dominate, and so on (Deb et al., "NSGA-II", 2002, section III.A).
  static func ranks(_ candidates: [ScoredCandidate]) -> [Int] {
    var ranks = [Int](repeating: -1, count: candidates.count)
    var left = Array(candidates.indices)
    var rank = 0
    while !left.isEmpty {
      let front = left.filter { place in
        !left.contains { dominates(candidates[$0], candidates[place]) }
      }
      for place in front { ranks[place] = rank }
      left.removeAll { ranks[$0] == rank }
      rank += 1
    }
    return ranks
  }

  /// How alone each candidate stands among those of its front; the ends of a front are most alone (section III.B).
  static func crowding(_ candidates: [ScoredCandidate], _ ranks: [Int]) -> [Double] {
    var distances = [Double](repeating: 0, count: candidates.count)
    for rank in Set(ranks) {
      let front = candidates.indices.filter { ranks[$0] == rank }
      for wish in [
        { (candidate: ScoredCandidate) in candidate.score.accuracy },
        { (candidate: ScoredCandidate) in Double(candidate.candidate.cost.macs) },
      ] {
        let order = front.sorted {
          let (a, b) = (wish(candidates[$0]), wish(candidates[$1]))
          return a != b ? a < b : $0 < $1
        }
        let span = wish(candidates[order[order.count - 1]]) - wish(candidates[order[0]])
        distances[order[0]] = .infinity
        distances[order[order.count - 1]] = .infinity
        guard span > 0, order.count > 2 else { continue }
        for place in 1..<order.count - 1 {
          distances[order[place]] +=
            (wish(candidates[order[place + 1]]) - wish(candidates[order[place - 1]])) / span
        }
      }
    }
    return distances
  }
}
