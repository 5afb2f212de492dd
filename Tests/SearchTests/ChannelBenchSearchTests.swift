import Foundation
import Search
import Testing

/// The published accuracy tables as the scorer; the folder may hold only some of the keys.
private let tables = ProcessInfo.processInfo.environment["VERNIER_CHANNEL_BENCH"]

private struct Entry: Decodable {
  let mean: Double
  let flops: Int
}

@Suite(.enabled(if: tables != nil, "set VERNIER_CHANNEL_BENCH to Channel-Bench-Macro's folder"))
struct ChannelBenchSearchTests {
  /// The budget is half of the widest network's MACs.
  ///
  /// The optimum is missed by 0.001 points on average with
  /// all keys; tolerated are 0.01.
  @Test(arguments: ["MobileNet": 211_281_920, "ResNet": 1_436_226_560])
  func evolutionFindsTheTablesOptimum(network: String, widestCost: Int) throws {
    let table = try load(network)
    let window = widestCost * 4 / 10...widestCost / 2
    let optimum = try #require(
      table.values.filter { window.contains($0.flops) }.map(\.mean).max())
    var regret = 0.0
    for seed in 0..<20 as Range<UInt64> {
      var search = EvolutionarySearch(
        space: LegalSpace(choices: MobileNetCosts.choices, window: window), settings: .published,
        seed: seed)
      search.runToTheEnd(
        cost: { table[$0]?.flops ?? -1 },
        score: { Score(accuracy: (table[$0]?.mean ?? 0) / 100, loss: 0) })
      regret += try optimum - 100 * #require(search.best).score.accuracy
    }
    #expect(regret / 20 < 0.01)
  }

  /// With 192 queries, at most 0.05 points behind the optimum on average.
  @Test(arguments: ["MobileNet": 211_281_920, "ResNet": 1_436_226_560])
  func aModelOfTheScoresComesCloseWithFewQueries(network: String, widestCost: Int) throws {
    let table = try load(network)
    let window = widestCost * 4 / 10...widestCost / 2
    let optimum = try #require(
      table.values.filter { window.contains($0.flops) }.map(\.mean).max())
    var regret = 0.0
    for seed in 0..<20 as Range<UInt64> {
      var search = PredictorGuidedSearch(
        space: LegalSpace(choices: MobileNetCosts.choices, window: window),
        settings: PredictorGuidedSearch.Settings(
          initial: 64, batch: 32, explored: 4, generations: 5), seed: seed)
      search.runToTheEnd(
        cost: { table[$0]?.flops ?? -1 },
        score: { Score(accuracy: (table[$0]?.mean ?? 0) / 100, loss: 0) })
      regret += try optimum - 100 * #require(search.best).score.accuracy
    }
    #expect(regret / 20 < 0.05)
  }

  private func load(_ network: String) throws -> [[Int]: Entry] {
    let file = URL(filePath: try #require(tables)).appending(path: "Results_\(network).json")
    let entries = try JSONDecoder().decode([String: Entry].self, from: Data(contentsOf: file))
    return Dictionary(
      uniqueKeysWithValues: entries.map { ($0.compactMap(\.wholeNumberValue), $1) })
  }
}
