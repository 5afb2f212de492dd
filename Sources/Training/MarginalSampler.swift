import Glibc
import Randomness
import Search
import Supernet

/// AOWS's sampler (Berman et al., CVPR 2020, section 3.3): a sandwich whose random networks are more and more those that the
/// training so far holds for good under the budget.
///
/// After a quarter of the training each group's widths are drawn by their marginal likelihood in the ``WidthField`` of the
/// recorded losses and the multiply-accumulates, at a temperature that falls; before, and while nothing is recorded, all
/// widths are equally likely. Only the random networks' losses are recorded.
public struct MarginalSampler: WidthSampling {
  /// How a step samples.
  public struct Settings: Hashable, Codable, Sendable {
    /// Networks of a step, the widest and the narrowest included; at least 3.
    public let count: Int
    /// Whether the widest teaches the others.
    public let distills: Bool
    /// Multiply-accumulates that the likeliest network may cost.
    public let budget: Int
    /// Steps of the whole training.
    public let totalSteps: Int

    /// One random network a step is published.
    public init(count: Int = 3, distills: Bool = true, budget: Int, totalSteps: Int) {
      precondition(count >= 3 && budget > 0 && totalSteps > 0, "a sandwich with something in it")
      self.count = count
      self.distills = distills
      self.budget = budget
      self.totalSteps = totalSteps
    }
  }

  private let space: SearchSpace
  private let cost: ProductCost
  private let settings: Settings
  private let seed: UInt64

  /// The sampler of a space.
  ///
  /// - Throws: `WidthFieldError` when the space's groups hang together too much for exact marginals.
  public init(space: SearchSpace, settings: Settings, seed: UInt64) throws(WidthFieldError) {
    self.space = space
    self.settings = settings
    self.seed = seed
    cost = CostModel(space).product
    try WidthField.checkSize(choices: space.choices, cost: cost)
  }

  /// The widest, random ones and the narrowest, of all widths alike.
  public func passes(at step: Int) -> [SampledPass] { passes(at: step, knowing: nil) }

  /// The widest, random ones by the marginals, and the narrowest.
  public func passes(at step: Int, knowing records: LossRecords?) -> [SampledPass] {
    let prior = WidthPrior(probabilities: probabilities(at: step, records))
    let random = (0..<settings.count - 2).map { index in
      var stream = RandomStream(seed: seed, purpose: .widths, step: step, index: index)
      return Widths(bins: prior.bins(of: space.choices, using: &stream))
    }
    return .sandwich(in: space, of: random.map { [$0] }, distills: settings.distills)
  }

  /// How likely each width is: [group][bins - least bins].
  package func probabilities(at step: Int, _ records: LossRecords?) -> [[Double]] {
    let temperature = Self.temperature(at: Double(step) / Double(settings.totalSteps))
    guard let temperature, let records, !records.isEmpty,
      // The space was found small enough at the beginning.
      let field = try? WidthField(choices: space.choices, worth: records.worth, cost: cost)
    else {
      return space.choices.map { Array(repeating: 1 / Double($0.count), count: $0.count) }
    }
    let penalty = field.best(atMost: Double(settings.budget))?.penalty ?? 0
    return field.marginals(penalty: penalty, temperature: temperature)
  }

  /// The published temperatures, whose 20 epochs are the whole training here; none in the warm-up.
  ///
  /// - Parameter part: of the training that is done, from 0 to 1.
  package static func temperature(at part: Double) -> Double? {
    let points = [(0.25, 1.0), (0.3, 0.01), (0.5, 0.001), (1, 0.0005)]
    for ((start, from), (end, to)) in zip(points, points.dropFirst()) where start <= part {
      if part > end { continue }
      // Straight in its logarithm between two points.
      return from * pow(to / from, (part - start) / (end - start))
    }
    return nil
  }
}
