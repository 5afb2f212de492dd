import Foundation
import GroundTruth
import Search
import Testing

/// The published accuracy tables as the scorer; the folder may hold only some of the keys.
private let tables = ProcessInfo.processInfo.environment["VERNIER_CHANNEL_BENCH"]

@Suite(.enabled(if: tables != nil, "set VERNIER_CHANNEL_BENCH to Channel-Bench-Macro's folder"))
struct ChannelBenchSearchTests {
  /// The optimum is missed by 0.001 points on average with all keys; tolerated are 0.01.
  @Test(arguments: ["MobileNet": 211_281_920, "ResNet": 1_436_226_560])
  func evolutionFindsTheTablesOptimum(network: String, widestCost: Int) throws {
    let regret = try meanRegret(network, widestCost: widestCost) {
      EvolutionarySearch(space: $0, settings: .published, seed: $1)
    }
    #expect(regret < 0.01)
  }

  /// With 192 queries, at most 0.05 points behind the optimum on average.
  @Test(arguments: ["MobileNet": 211_281_920, "ResNet": 1_436_226_560])
  func aModelOfTheScoresComesCloseWithFewQueries(network: String, widestCost: Int) throws {
    let regret = try meanRegret(network, widestCost: widestCost) {
      PredictorGuidedSearch(
        space: $0,
        settings: PredictorGuidedSearch.Settings(
          initial: 64, batch: 32, explored: 4, generations: 5), seed: $1)
    }
    #expect(regret < 0.05)
  }

  /// Likewise with the exact optimum of such a model.
  @Test func decodedOptimaComeAsClose() throws {
    let regret = try meanRegret("MobileNet", widestCost: 211_281_920) {
      try ViterbiSearch(
        space: $0, initial: 64, population: 32, generations: 5, cost: MobileNetCosts.product,
        seed: $1)
    }
    #expect(regret < 0.05)
  }

  /// Points behind the optimum over 20 seeds; the budget is half of the widest network's MACs.
  private func meanRegret(
    _ network: String, widestCost: Int,
    _ start: (LegalSpace, _ seed: UInt64) throws -> some CandidateSearch
  ) throws -> Double {
    let file = URL(filePath: try #require(tables)).appending(path: "Results_\(network).json")
    let table = try AccuracyTable(json: Data(contentsOf: file))
    let window = widestCost * 4 / 10...widestCost / 2
    let optimum = try #require(
      table.entries.filter { window.contains($0.macs) }.map(\.mean).max())
    var regret = 0.0
    for seed in 0..<20 as Range<UInt64> {
      var search = try start(LegalSpace(choices: MobileNetCosts.choices, window: window), seed)
      search.runToTheEnd(
        cost: { NetworkCost(macs: table[$0]?.macs ?? -1) },
        score: { Score(accuracy: (table[$0]?.mean ?? 0) / 100, loss: 0) })
      regret += try optimum - 100 * #require(search.best).score.accuracy
    }
    return regret / 20
  }
}
