import Search
import Testing

@Suite struct ScoreOrderTests {
  static let accuracies = [0.5, 0.6]
  static let losses = [1.0, 2.0, .nan]
  static let genotypes = [[1, 2], [2, 1], [2, 2]]

  let all = accuracies.flatMap { accuracy in
    losses.flatMap { loss in
      genotypes.map {
        ScoredCandidate(
          candidate: Candidate(bins: $0, cost: NetworkCost(macs: 7)),
          score: Score(accuracy: accuracy, loss: loss),
          generation: 0)
      }
    }
  }

  @Test func isAStrictTotalOrder() {
    for first in all {
      #expect(!(first < first))
      for second in all where first != second {
        #expect((first < second) != (second < first))
        for third in all where first < second && second < third { #expect(first < third) }
      }
    }
  }

  @Test func accuracyComesBeforeLossAndLossBeforeBins() {
    let sorted = all.shuffled().sorted()
    #expect(
      sorted.map(\.score.accuracy) == [Double](repeating: 0.6, count: 9)
        + [Double](repeating: 0.5, count: 9))
    #expect(sorted[0..<3].map(\.candidate.bins) == Self.genotypes)
    #expect(
      sorted[0..<9].map(\.score.loss) == [1, 1, 1, 2, 2, 2]
        + [Double](repeating: .greatestFiniteMagnitude, count: 3))
  }

  @Test func anAccuracyInPercentIsACallersMistake() async {
    await #expect(processExitsWith: .failure) { _ = Score(accuracy: 91.2, loss: 0.3) }
  }
}
