import Foundation
import Randomness

/// Everything that is said of scores beside a table: correlation with its interval, and what following them costs.
public struct RankQuality: Codable, Sendable {
  /// The central 95 percent of resampled values.
  public struct Interval: Hashable, Codable, Sendable {
    /// Its ends.
    public let low, high: Double
  }

  /// Networks compared.
  public let networks: Int
  /// Against the mean of the table's runs.
  public let correlation: RankCorrelation
  /// Of Kendall's tau-b, by the bootstrap over networks (Efron 1979).
  public let kendallInterval: Interval
  /// Points of accuracy between the best network and the best of the k with the highest scores, for each k.
  public let regrets: [Int: Double]

  /// The k of ``regrets``.
  public static let regretCounts = [1, 5, 10, 50]
  private static let resamples = 1_000

  /// None where the scores or the truth are all alike.
  ///
  /// - Parameters:
  ///   - scores: the higher the better.
  ///   - truth: accuracies in percent.
  ///   - seed: of the resampling.
  public init?(scores: [Double], truth: [Double], seed: UInt64) {
    guard let correlation = RankCorrelation(scores: scores, truth: truth) else { return nil }
    networks = scores.count
    self.correlation = correlation
    kendallInterval = Self.interval(scores, truth, seed: seed)
    let best = truth.max() ?? 0
    let order = scores.indices.sorted {
      scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1
    }
    regrets = Dictionary(
      uniqueKeysWithValues: Self.regretCounts.filter { $0 <= scores.count }.map { count in
        (count, best - (order.prefix(count).map { truth[$0] }.max() ?? 0))
      })
  }

  private static func interval(
    _ scores: [Double], _ truth: [Double], seed: UInt64
  ) -> Interval {
    var found: [Double] = []
    for resample in 0..<resamples {
      var stream = RandomStream(seed: seed, purpose: .resampling, step: resample)
      let drawn = scores.map { _ in stream.integer(below: scores.count) }
      if let tau = kendallTau(drawn.map { scores[$0] }, drawn.map { truth[$0] }) {
        found.append(tau)
      }
    }
    found.sort()
    func quantile(_ part: Double) -> Double {
      found[min(found.count - 1, Int(part * Double(found.count)))]
    }
    return Interval(low: quantile(0.025), high: quantile(0.975))
  }
}

/// How far scores can be right at all, when the truth itself is a mean of few noisy runs.
public struct NoiseCeiling: Codable, Hashable, Sendable {
  /// Kendall's tau-b between single runs, averaged over the pairs of runs.
  public let kendallBetweenRuns: Double
  /// The share of the means' variance that is no noise (intraclass correlation of the mean).
  public let reliability: Double
  /// What a perfect predictor of the expected accuracy would reach against the means.
  ///
  /// `2 / pi * asin(sqrt(reliability))`: Kendall's tau of two normal variables with the correlation of a value and
  /// its noisy measurement.
  public let kendallOfPerfectScores: Double

  /// None with fewer than two runs a network, or when the runs' noise explains all differences.
  public init?(_ entries: [AccuracyTable.Entry]) {
    let runs = entries.map(\.accuracies.count).min() ?? 0
    guard runs >= 2, entries.count >= 2 else { return nil }
    var between: [Double] = []
    for first in 0..<runs {
      for second in first + 1..<runs {
        guard
          let tau = kendallTau(
            entries.map { $0.accuracies[first] }, entries.map { $0.accuracies[second] })
        else { return nil }
        between.append(tau)
      }
    }
    kendallBetweenRuns = between.reduce(0, +) / Double(between.count)
    let noise = entries.map { variance($0.accuracies) / Double($0.accuracies.count) }
    let means = variance(entries.map(\.mean))
    reliability = 1 - noise.reduce(0, +) / Double(noise.count) / means
    guard reliability > 0 else { return nil }
    kendallOfPerfectScores = 2 / Double.pi * asin(reliability.squareRoot())
  }
}

/// With the divisor n - 1.
private func variance(_ values: [Double]) -> Double {
  let mean = values.reduce(0, +) / Double(values.count)
  return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
}

/// What needs no supernet: scores that a search has to beat to have told anything.
public enum TrivialScore: String, CaseIterable, Codable, Sendable {
  /// Multiply-accumulates.
  case macs
  /// Parameters.
  case parameters
  /// The sum of the bins of all layers.
  case bins

  /// The score of a network.
  public func score(_ entry: AccuracyTable.Entry) -> Double {
    switch self {
    case .macs: Double(entry.macs)
    case .parameters: Double(entry.parameters)
    case .bins: Double(entry.bins.reduce(0, +))
    }
  }
}
