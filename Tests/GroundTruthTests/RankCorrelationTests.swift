import Foundation
import GroundTruth
import Randomness
import TestSupport
import Testing

@Suite struct RankCorrelationTests {
  /// Every pair of lists of up to five small numbers, against the definition over all pairs.
  @Test func kendallMeetsItsDefinition() {
    for count in 2...5 {
      let lists = lists(of: count)
      for x in lists {
        for y in lists where count < 5 || y.sorted() == y {
          expectSame(kendallTau(x, y), kendallByPairs(x, y), "\(x) \(y)")
        }
      }
    }
  }

  @Test func orderOfTheListDoesNotMatter() throws {
    let (x, y) = sample(300, levels: 20, seed: 3)
    var stream = RandomStream(seed: 4, purpose: .testing)
    let order = stream.permutation(of: 300)
    let shuffled = (order.map { x[$0] }, order.map { y[$0] })
    #expect(kendallTau(x, y) == kendallTau(shuffled.0, shuffled.1))
    let found = try #require(RankCorrelation(scores: x, truth: y))
    let negated = try #require(RankCorrelation(scores: x.map { -$0 }, truth: y))
    #expect(abs(found.kendall + negated.kendall) < 1e-12)
    #expect(abs(found.spearman + negated.spearman) < 1e-12)
    #expect(abs(found.pearson + negated.pearson) < 1e-12)
  }

  @Test func constantListsHaveNone() {
    #expect(RankCorrelation(scores: [1, 1, 1], truth: [1, 2, 3]) == nil)
    #expect(RankCorrelation(scores: [1, 2, 3], truth: [5, 5, 5]) == nil)
    #expect(kendallTau([], []) == nil)
    let lost = Double.greatestFiniteMagnitude
    #expect(RankCorrelation(scores: [-lost, 2, -lost], truth: [1, 2, 3]) == nil)
  }

  /// Few levels tie almost everything, many levels almost nothing.
  @Test(
    .enabled(if: python != nil, "set VERNIER_PYTHON to a Python with scipy"),
    arguments: [3, 40, 100_000])
  func allThreeMeetSciPy(levels: Int) throws {
    let (x, y) = sample(2_000, levels: levels, seed: UInt64(levels))
    let found = try #require(RankCorrelation(scores: x, truth: y))
    let file = FileManager.default.temporaryDirectory.appending(
      path: "vernier-scipy-\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: file) }
    try JSONEncoder().encode([x, y]).write(to: file)
    let script = """
      import json, sys
      from scipy import stats
      x, y = json.load(open(sys.argv[1]))
      print(json.dumps([stats.kendalltau(x, y)[0], stats.spearmanr(x, y)[0], stats.pearsonr(x, y)[0]]))
      """
    let text = try output(of: [try #require(python), "-c", script, file.path])
    let theirs = try JSONDecoder().decode([Double].self, from: Data(text.utf8))
    for (ours, theirs) in zip([found.kendall, found.spearman, found.pearson], theirs) {
      #expect(abs(ours - theirs) < 1e-10)
    }
  }

  private func lists(of count: Int) -> [[Double]] {
    (0..<count).reduce([[]]) { lists, _ in
      lists.flatMap { list in [0, 1, 2].map { list + [$0] } }
    }
  }

  private func kendallByPairs(_ x: [Double], _ y: [Double]) -> Double? {
    var (surplus, freeX, freeY) = (0.0, 0.0, 0.0)
    for i in x.indices {
      for j in x.indices where i < j {
        let (a, b) = (sign(x[i] - x[j]), sign(y[i] - y[j]))
        surplus += a * b
        freeX += a * a
        freeY += b * b
      }
    }
    return freeX > 0 && freeY > 0 ? surplus / (freeX * freeY).squareRoot() : nil
  }

  private func sign(_ value: Double) -> Double { value == 0 ? 0 : value < 0 ? -1 : 1 }

  private func expectSame(_ found: Double?, _ expected: Double?, _ place: Comment) {
    guard let found, let expected else {
      #expect((found == nil) == (expected == nil), place)
      return
    }
    #expect(abs(found - expected) < 1e-12, place)
  }

  /// Two lists that agree about half of the way.
  private func sample(_ count: Int, levels: Int, seed: UInt64) -> ([Double], [Double]) {
    var stream = RandomStream(seed: seed, purpose: .testing)
    let x = (0..<count).map { _ in Double(stream.integer(below: levels)) }
    return (x, x.map { ($0 + Double(stream.integer(below: levels))).rounded() })
  }
}

private let python = ProcessInfo.processInfo.environment["VERNIER_PYTHON"]
