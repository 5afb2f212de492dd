import Foundation
import GroundTruth
import Randomness
import Testing

@Suite struct RankQualityTests {
  @Test func regretIsWhatTheBestOfTheChosenLacks() throws {
    let truth = [90.0, 92, 91, 89, 93, 88]
    let scores = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4]
    let found = try #require(RankQuality(scores: scores, truth: truth, seed: 1))
    #expect(found.regrets == [1: 3, 5: 0])
    #expect(found.networks == 6)
  }

  @Test func intervalsHoldTheEstimateAndFollowTheSeed() throws {
    var stream = RandomStream(seed: 5, purpose: .testing)
    let truth = (0..<200).map { _ in Double(stream.uniform()) }
    let scores = truth.map { $0 + 0.5 * Double(stream.uniform()) }
    let found = try #require(RankQuality(scores: scores, truth: truth, seed: 1))
    let interval = found.kendallInterval
    #expect(interval.low < found.correlation.kendall && found.correlation.kendall < interval.high)
    // The deviation of tau over 200 networks is about 0.03.
    #expect((0.05...0.2).contains(interval.high - interval.low))
    let again = RankQuality(scores: scores, truth: truth, seed: 1)
    let other = RankQuality(scores: scores, truth: truth, seed: 2)
    #expect(again?.kendallInterval == interval)
    #expect(other?.kendallInterval != interval)
  }

  /// Normal values and normal noise, for which the ceiling's formula is exact.
  @Test func ceilingIsWhatPerfectScoresReach() throws {
    var stream = RandomStream(seed: 6, purpose: .testing)
    func normal() -> Double {
      (0..<12).reduce(-6) { sum, _ in sum + Double(stream.uniform()) }
    }
    let expected = (0..<4_000).map { _ in normal() }
    let entries = expected.enumerated().map { place, value in
      let runs = (0..<3).map { _ in value + 0.5 * normal() }
      return AccuracyTable.Entry(
        bins: [place + 1], accuracies: runs, mean: runs.reduce(0, +) / 3, macs: 1, parameters: 1)
    }
    let ceiling = try #require(NoiseCeiling(entries))
    #expect(abs(ceiling.reliability - 12.0 / 13) < 0.01)
    let reached = try #require(kendallTau(expected, entries.map(\.mean)))
    #expect(abs(ceiling.kendallOfPerfectScores - reached) < 0.01)
    #expect(ceiling.kendallBetweenRuns < reached)
  }

  @Test func oneRunHasNoCeiling() {
    let entries = [1, 2].map {
      AccuracyTable.Entry(bins: [$0], accuracies: [90], mean: 90, macs: 1, parameters: 1)
    }
    #expect(NoiseCeiling(entries) == nil)
  }
}

private let folder = ProcessInfo.processInfo.environment["VERNIER_CHANNEL_BENCH"]

/// The published tables, or a part of them; the figures are known for the whole.
@Suite(.enabled(if: folder != nil, "set VERNIER_CHANNEL_BENCH to Channel-Bench-Macro's folder"))
struct ChannelBenchTableTests {
  @Test(arguments: [("MobileNet", 0.546, 0.637, 0.83), ("ResNet", 0.673, 0.606, 0.81)])
  func trivialScoresAndCeilingAreTheKnownOnes(
    network: String, macs: Double, bins: Double, ceiling: Double
  ) throws {
    let file = URL(filePath: try #require(folder)).appending(path: "Results_\(network).json")
    let table = try AccuracyTable(json: Data(contentsOf: file))
    func tau(_ trivial: TrivialScore) throws -> Double {
      try #require(kendallTau(table.entries.map(trivial.score), table.entries.map(\.mean)))
    }
    #expect(abs(try tau(.macs) - macs) < 0.01)
    #expect(abs(try tau(.bins) - bins) < 0.01)
    let found = try #require(NoiseCeiling(table.entries))
    #expect(abs(found.kendallOfPerfectScores - ceiling) < 0.01)
  }
}
