import Supernet
import Testing
import Training

/// A scheme and a sampler: what a step trains.
struct TrainingMethod: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let scheme: WeightSharingScheme
  let sampler: @Sendable (SearchSpace, _ seed: UInt64) throws -> any WidthSampling

  init(
    _ name: String, _ scheme: WeightSharingScheme,
    _ sampler: @escaping @Sendable (SearchSpace, _ seed: UInt64) throws -> any WidthSampling
  ) {
    testDescription = name
    self.scheme = scheme
    self.sampler = sampler
  }

  /// A scheme as published.
  init(_ scheme: WeightSharingScheme) {
    self.init(scheme.rawValue, scheme) { space, seed in
      switch scheme {
      case .ua, .cafenet: WidthSampler(space: space, seed: seed)
      case .bcnet, .bcnetv2: ComplementarySampler(space: space, seed: seed)
      }
    }
  }

  /// The left subnets of these widths, one list after another.
  static func scripted(_ script: [[Int]]) -> TrainingMethod {
    TrainingMethod("scripted", .ua) { _, _ in ScriptedWidths(script: script) }
  }

  static let published = WeightSharingScheme.allCases.map { TrainingMethod($0) }

  /// Those, and samplers with several passes, a teacher, and choices by loss.
  static let all =
    published + [
      TrainingMethod("ua, sandwich", .ua) {
        SandwichSampler(space: $0, seed: $1, count: 4, distills: true)
      },
      TrainingMethod("bcnet, sandwich by labels", .bcnet) {
        SandwichSampler(space: $0, seed: $1, count: 3, distills: false)
      },
      TrainingMethod("bcnet, best of three", .bcnet) {
        AttentiveSampler(space: $0, settings: AttentiveSampler.Settings(), seed: $1)
      },
      TrainingMethod("bcnetv2, sandwich", .bcnetv2) {
        SandwichSampler(space: $0, seed: $1, count: 3, distills: true)
      },
      TrainingMethod("cafenet, worst of two", .cafenet) {
        AttentiveSampler(
          space: $0,
          settings: AttentiveSampler.Settings(
            count: 3, candidates: 2, choice: .highestLoss, costs: 5, distills: false), seed: $1)
      },
      TrainingMethod("ua, by marginals", .ua) { space, seed in
        let full = CostModel(space).macs(of: space.fullWidths)
        return try MarginalSampler(
          space: space,
          settings: MarginalSampler.Settings(count: 4, budget: full / 2, totalSteps: 6), seed: seed)
      },
      TrainingMethod("bcnetv2 and the full network", .bcnetv2) {
        InterleavedSampler(
          space: $0, base: ComplementarySampler(space: $0, seed: $1), fullNetworkEvery: 3)
      },
    ]
}

private struct ScriptedWidths: WidthSampling {
  let script: [[Int]]

  func passes(at step: Int) -> [SampledPass] {
    [SampledPass([Widths(bins: script[step % script.count])])]
  }
}
