import Randomness

/// AttentiveNAS (Wang et al., CVPR 2021): a sandwich whose random networks are the best, or the worst, of several.
///
/// A cost is drawn as often as uniform widths have it, then some networks of that cost, each layer by the frequency of
/// its widths among networks of that cost (section 3.2); of these the step trains the best (BestUp) or the worst
/// (WorstUp), by their losses on its images or by a predictor of accuracies (section 3.3).
public struct AttentiveSampler: WidthSampling {
  /// Who says which network is best.
  public enum Judge: Sendable {
    /// Their losses on the step's images, by a forward pass each.
    case loss
    /// A predictor of accuracies, the higher the better; the first of equal ones wins.
    case predictor(@Sendable (Widths) -> Double)
  }

  /// How a step chooses.
  public struct Settings: Hashable, Codable, Sendable {
    /// Networks of a step, the widest and the narrowest included; at least 3.
    public let count: Int
    /// Networks among which each of the others is chosen.
    public let candidates: Int
    /// The best or the worst of them.
    public let choice: TrainingPass.Choice
    /// Costs told apart, over the whole range of the space.
    public let costs: Int
    /// Whether the widest network teaches the others.
    public let distills: Bool

    /// BestUp-3 with two chosen networks a step, as published, over 25 costs.
    public init(
      count: Int = 4, candidates: Int = 3, choice: TrainingPass.Choice = .lowestLoss,
      costs: Int = 25, distills: Bool = true
    ) {
      precondition(count >= 3 && candidates >= 1 && costs >= 1, "a sandwich with something in it")
      self.count = count
      self.candidates = candidates
      self.choice = choice
      self.costs = costs
      self.distills = distills
    }
  }

  private let space: SearchSpace
  private let settings: Settings
  private let judge: Judge
  private let prior: CostPrior
  private let seed: UInt64

  /// The sampler of a space.
  public init(space: SearchSpace, settings: Settings, judge: Judge = .loss, seed: UInt64) {
    self.space = space
    self.settings = settings
    self.judge = judge
    self.seed = seed
    prior = CostPrior(CostModel(space), levels: settings.costs, seed: seed)
  }

  /// The widest network, the chosen ones and the narrowest.
  public func passes(at step: Int) -> [SampledPass] {
    let chosen = (0..<settings.count - 2).map { index in
      var stream = RandomStream(seed: seed, purpose: .widths, step: step, index: index)
      let level = prior.level(using: &stream)
      let drawn = (0..<settings.candidates).map { _ in prior.widths(at: level, using: &stream) }
      return candidates(among: drawn)
    }
    return .sandwich(
      in: space, of: chosen, choice: settings.choice, distills: settings.distills)
  }

  /// Those that the step's images have to choose from.
  private func candidates(among drawn: [Widths]) -> [Widths] {
    guard case .predictor(let score) = judge else { return drawn }
    let scores = drawn.map(score)
    let chosen = drawn.indices.dropFirst().reduce(0) { best, place in
      let isBetter =
        switch settings.choice {
        case .lowestLoss: scores[place] > scores[best]
        case .highestLoss: scores[place] < scores[best]
        }
      return isBetter ? place : best
    }
    return [drawn[chosen]]
  }
}

/// How costs and widths go together among uniform samples of a space.
package struct CostPrior: Sendable {
  private let scale: Scale
  /// A cost level for every sample, in the order drawn: picking one is drawing by frequency.
  private let levels: [Int]
  /// [level][group]: the bins of the samples of that level.
  private let bins: [[[Int]]]

  private static let samples = 20_000
  /// Tries to meet a level before the last try is taken as it is, as published.
  private static let tries = 101

  package init(_ cost: CostModel, levels count: Int, seed: UInt64) {
    let space = cost.space
    let scale = Scale(cost, levels: count)
    var levels: [Int] = []
    var bins = Array(
      repeating: Array(repeating: [Int](), count: space.groups.count), count: count + 1)
    for sample in 0..<Self.samples {
      var stream = RandomStream(seed: seed, purpose: .costPrior, step: sample)
      let drawn = Widths(bins: space.choices.map { stream.integer(in: $0) })
      let level = scale.level(of: drawn)
      levels.append(level)
      for (group, kept) in drawn.bins.enumerated() { bins[level][group].append(kept) }
    }
    self.scale = scale
    self.levels = levels
    self.bins = bins
  }

  /// The level to which the cost of some widths rounds.
  package func level(of widths: Widths) -> Int { scale.level(of: widths) }

  /// A level, as often as the samples have it.
  func level(using stream: inout RandomStream) -> Int {
    levels[stream.integer(below: levels.count)]
  }

  /// Widths whose cost rounds to a level, each group drawn alone.
  func widths(at level: Int, using stream: inout RandomStream) -> Widths {
    var drawn = Widths(bins: [])
    for _ in 0..<Self.tries {
      drawn = Widths(bins: bins[level].map { $0[stream.integer(below: $0.count)] })
      if scale.level(of: drawn) == level { break }
    }
    return drawn
  }

  /// Costs in equal steps from the narrowest network to the widest.
  private struct Scale {
    private let cost: CostModel
    private let lowest, step: Double

    init(_ cost: CostModel, levels: Int) {
      self.cost = cost
      lowest = Double(cost.macs(of: cost.space.lowestWidths))
      step = max(1, (Double(cost.macs(of: cost.space.fullWidths)) - lowest) / Double(levels))
    }

    func level(of widths: Widths) -> Int {
      Int((Double(cost.macs(of: widths)) - lowest) / step + 0.5)
    }
  }
}
