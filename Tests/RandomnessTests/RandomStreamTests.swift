import Randomness
import Testing

@Suite struct RandomStreamTests {
  static let count = 40_000

  @Test func equalArgumentsGiveEqualNumbers() {
    for purpose in RandomPurpose.allCases {
      var (a, b) = (
        RandomStream(seed: 3, purpose: purpose, step: 5, index: 8),
        RandomStream(seed: 3, purpose: purpose, step: 5, index: 8)
      )
      #expect((0..<20).map { _ in a.next() } == (0..<20).map { _ in b.next() })
    }
  }

  /// Every argument matters: no two of these streams share one of their first numbers.
  @Test func seedsPurposesStepsAndIndicesAreApart() {
    var seen: Set<UInt64> = []
    var drawn = 0
    for seed in [0, 1, 1 << 32] as [UInt64] {
      for purpose in RandomPurpose.allCases {
        for (step, index) in [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (0, 2)] {
          var stream = RandomStream(seed: seed, purpose: purpose, step: step, index: index)
          for _ in 0..<8 {
            seen.insert(stream.next())
            drawn += 1
          }
        }
      }
    }
    #expect(seen.count == drawn)
  }

  /// Numbers of different purposes do not move together; a correlation of 5 standard errors would be seen.
  @Test func purposesAreUncorrelated() {
    let count = 2_000
    let rows = RandomPurpose.allCases.map { purpose in
      var stream = RandomStream(seed: 1, purpose: purpose)
      return (0..<count).map { _ in Double(stream.uniform()) - 0.5 }
    }
    for (a, b) in rows.indices.flatMap({ a in (0..<a).map { (a, $0) } }) {
      let covariance = zip(rows[a], rows[b]).reduce(0) { $0 + $1.0 * $1.1 } / Double(count)
      #expect(abs(covariance * 12) < 5 / Double(count).squareRoot(), "purposes \(a) and \(b)")
    }
  }

  /// Sample moments stay within 5 standard errors of the distribution's own.
  @Test func uniformNumbersHaveUniformMoments() {
    var stream = RandomStream(seed: 1, purpose: .testing)
    let numbers = (0..<Self.count).map { _ in Double(stream.uniform()) }
    #expect(numbers.allSatisfy { (0..<1).contains($0) })
    let root = Double(Self.count).squareRoot()
    #expect(abs(moment(numbers, 1) - 1 / 2.0) < 5 * (1 / 12.0).squareRoot() / root)
    #expect(abs(moment(numbers, 2) - 1 / 3.0) < 5 * (4 / 45.0).squareRoot() / root)
    #expect(abs(moment(numbers, 3) - 1 / 4.0) < 5 * (9 / 112.0).squareRoot() / root)
  }

  @Test func normalNumbersHaveNormalMoments() {
    var stream = RandomStream(seed: 2, purpose: .testing)
    let numbers = (0..<Self.count).map { _ in Double(stream.normal()) }
    let root = Double(Self.count).squareRoot()
    #expect(abs(moment(numbers, 1)) < 5 / root)
    #expect(abs(moment(numbers, 2) - 1) < 5 * 2.0.squareRoot() / root)
    #expect(abs(moment(numbers, 3)) < 5 * 15.0.squareRoot() / root)
    #expect(abs(moment(numbers, 4) - 3) < 5 * 96.0.squareRoot() / root)
    // Half of all normal numbers lie within 0.6745 of the mean.
    let inner = numbers.count { abs($0) < 0.674_489_75 }
    #expect(abs(Double(inner) - Double(Self.count) / 2) < 2.5 * root)
  }

  private func moment(_ numbers: [Double], _ power: Int) -> Double {
    numbers.reduce(0) { sum, x in sum + (0..<power).reduce(1) { product, _ in product * x } }
      / Double(numbers.count)
  }

  /// Pearson's chi-square has mean k - 1 and variance 2(k - 1): 6 standard deviations would be seen.
  @Test(arguments: [1, 2, 3, 7, 10, 100]) func integersAreEquallyLikely(bound: Int) {
    var stream = RandomStream(seed: 3, purpose: .testing, index: bound)
    var counts = Array(repeating: 0, count: bound)
    for _ in 0..<Self.count { counts[stream.integer(below: bound)] += 1 }
    let mean = Double(Self.count) / Double(bound)
    let chiSquare = counts.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) / mean }
    let freedom = Double(bound - 1)
    #expect(abs(chiSquare - freedom) <= 6 * (2 * freedom).squareRoot())
  }

  @Test(arguments: [0, 1, 2, 17, 1_000]) func permutationHasEveryElementOnce(count: Int) {
    var stream = RandomStream(seed: 4, purpose: .testing, index: count)
    #expect(stream.permutation(of: count).sorted() == Array(0..<count))
  }

  @Test func everyOrderOfThreeIsEquallyLikely() {
    var stream = RandomStream(seed: 5, purpose: .testing)
    var counts: [[Int]: Int] = [:]
    for _ in 0..<6_000 { counts[stream.permutation(of: 3), default: 0] += 1 }
    #expect(counts.count == 6)
    let chiSquare = counts.values.reduce(0.0) { $0 + Double(($1 - 1_000) * ($1 - 1_000)) / 1_000 }
    #expect(chiSquare < 5 + 6 * 10.0.squareRoot())
  }

  @Test func stepsBeyondTheCounterAreRefused() async {
    await #expect(processExitsWith: .failure) {
      _ = RandomStream(seed: 0, purpose: .testing, step: 1 << 32)
    }
  }
}
