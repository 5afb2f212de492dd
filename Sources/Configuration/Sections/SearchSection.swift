extension RunConfiguration {
  /// The search for widths.
  public struct Search: Codable, Hashable, Sendable {
    /// How candidates are found.
    public var method: SearchMethod
    /// Candidates of a generation.
    public var population: Int
    /// Rounds of scoring.
    public var generations: Int
    /// Where candidates without parents come from.
    public var newcomers: Newcomers
    /// Whose reading of the search from a prior is followed.
    public var variant: Variant
    /// The best candidates of all rounds, from which children come.
    public var top: Int
    /// Children of a generation that are changed copies.
    public var mutations: Int
    /// Children of a generation that mix two parents.
    public var crossovers: Int
    /// For every layer of a mutated candidate.
    public var mutationProbability: Double
    /// What says how much a width is worth, to Viterbi's search.
    public var terms: Terms
    /// Random candidates of the predictor's first generation, and of each later one.
    public var initial, explored: Int
    /// What a candidate may cost.
    public var budget: Budget
    /// Images of one forward pass when scoring.
    public var batch: Int
    /// The most probable it may be that a candidate is wrongly given up before all images are looked at.
    public var stopError: Double
    /// Megabytes of each rank for what candidates have in common.
    public var cache: Int
  }

  /// How candidates are found.
  public enum SearchMethod: String, Codable, CaseIterable, Sendable {
    /// Children of the best so far.
    case evolution
    /// Children of the front of accuracy against cost.
    case nsga2
    /// The widest, narrowed a bin at a time.
    case greedy
    /// By chance.
    case random
    /// By a model of all scores so far.
    case predictor
    /// The exact optimum of such a model, or of the supernet's losses.
    case viterbi
  }

  /// What says how much a width is worth.
  public enum Terms: String, Codable, CaseIterable, Sendable {
    /// A model of the scores so far.
    case scores
    /// The losses of the supernet's training.
    case losses
  }

  /// Where candidates without parents come from.
  public enum Newcomers: String, Codable, CaseIterable, Sendable {
    /// All legal networks alike.
    case random
    /// A distribution over widths, made of the losses of the supernet's training.
    case prior
  }

  /// What a candidate may cost.
  public struct Budget: Codable, Hashable, Sendable {
    /// The most multiply-accumulates.
    public var macs: CostLimit
    /// The least, as a part of the most.
    public var lowest: Percentage
    /// The most parameters; there is no least.
    public var parameters: CostLimit

    /// At most `macs`, at least a part of that, and at most `parameters`.
    public init(macs: CostLimit, lowest: Percentage, parameters: CostLimit) {
      self.macs = macs
      self.lowest = lowest
      self.parameters = parameters
    }

    /// The multiply-accumulates an image that a candidate may need, both ends included, when the full
    /// network needs `full`.
    public func macs(full: Int) -> ClosedRange<Int> {
      let highest = macs.resolved(full: full)
      return min(highest, Int(lowest.part(of: highest).rounded(.up)))...highest
    }

    /// The most parameters of a candidate when the full network has `full`; nil where even that is legal.
    public func mostParameters(full: Int) -> Int? {
      let most = parameters.resolved(full: full)
      return most < full ? most : nil
    }
  }
}

extension RunConfiguration.SearchMethod: Choice {}
extension RunConfiguration.Newcomers: Choice {}
extension RunConfiguration.Terms: Choice {}

extension Condition<RunConfiguration.Search> {
  fileprivate static let evolution = Condition(words: "method evolution") {
    $0.method == .evolution
  }
  fileprivate static let fromPrior = Condition(words: evolution.words + " with newcomers prior") {
    $0.drawsFromPrior
  }
  fileprivate static let breeding = Condition(words: "methods evolution and nsga2") {
    $0.method == .evolution || $0.method == .nsga2
  }
  fileprivate static let sized = Condition(words: "all methods but greedy") {
    $0.method != .greedy
  }
  fileprivate static let predictor = Condition(words: "method predictor") {
    $0.method == .predictor
  }
  fileprivate static let viterbi = Condition(words: "method viterbi") { $0.method == .viterbi }
  fileprivate static let modelled = Condition(
    words: "methods predictor and viterbi, unless its terms are losses"
  ) {
    $0.method == .predictor || $0.method == .viterbi && $0.terms == .scores
  }
}

extension RunConfiguration.Search: Section {
  static let fields: [Field<Self>] = [
    .value(
      "method", \.method, example: "random",
      "evolution: children of the best; nsga2: children of the front of accuracy against MACs; "
        + "greedy: the widest network, narrowed where it hurts least until it meets the budget; "
        + "random: by chance, the baseline; predictor: those that an additive model of all scores so "
        + "far thinks best; viterbi: the exact optimum of such a model, and its neighbours"),
    .value(
      "population", \.population, .from(2, to: 1_000_000), unit: "candidates", example: "40",
      "scored in a generation", when: .sized),
    .value(
      "generations", \.generations, .from(1, to: 1_000_000), unit: "generations", example: "20",
      "of candidates", when: .sized),
    .value(
      "newcomers", \.newcomers, example: "prior",
      "where the first generation, and later ones beyond their children, come from; random: all legal "
        + "networks alike; prior: widths that had low losses in training, at the budget's cost",
      when: .evolution,
      default: "prior where bcnet or bcnetv2 train random networks alone, else random"),
    .value(
      "variant", \.variant, example: "reference-code",
      "where a mutation's new bins come from; recommended: all widths alike; reference-code: the prior, as in "
        + "BCNetV2's released code (methods.md)", when: .fromPrior),
    .value(
      "top", \.top, .positive, unit: "candidates", example: "5",
      "best of all generations, the parents of the next", when: .evolution,
      default: "10, or population if smaller"),
    .value(
      "mutations", \.mutations, .from(0, to: 1_000_000), unit: "candidates", example: "20",
      "of a generation that are changed copies of a parent", when: .evolution,
      default: "half of population"),
    .value(
      "crossovers", \.crossovers, .from(0, to: 1_000_000), unit: "candidates", example: "20",
      "of a generation that mix two parents; the rest is drawn anew", when: .evolution,
      default: "half of population"),
    .value(
      "mutation_probability", \.mutationProbability, .above(0, to: 1), unit: "of the layers",
      example: "0.2", "that a mutation draws anew", when: .breeding),
    .value(
      "terms", \.terms, example: "losses",
      "what says how much a width is worth; scores: an additive model of all scores so far; losses: "
        + "those of the supernet's training (supernet.records)", when: .viterbi),
    .value(
      "initial", \.initial, .from(2, to: 1_000_000), unit: "candidates", example: "100",
      "random, of the first generation", when: .modelled),
    .value(
      "explored", \.explored, .from(0, to: 1_000_000), unit: "candidates", example: "0",
      "of each later generation that are random still", when: .predictor,
      default: "4, or population if smaller"),
    .section("budget", \.budget),
    .value(
      "batch", \.batch, .positive, unit: "images", example: "500",
      "of one forward pass when scoring and testing"),
    .value(
      "stop_error", \.stopError, .from(0, below: 1), unit: "probability", example: "0.01",
      "that a candidate as good as the parents is given up before all images are looked at, because it did too "
        + "badly on some; 0 to give up none", when: .evolution),
    .value(
      "cache", \.cache, .from(0, to: 1_000_000), unit: "megabytes a rank", example: "4096",
      "for activations that candidates have in common; 0 for none"),
  ]

  mutating func fillDefaults(given: Set<String>) {
    if !given.contains("top") { top = min(10, population) }
    if !given.contains("explored") { explored = min(4, population) }
    if !given.contains("mutations") { mutations = population / 2 }
    if !given.contains("crossovers") { crossovers = population / 2 }
  }
}

extension RunConfiguration.Search {
  /// Whether it makes something of the losses that the supernet's training recorded.
  public var takesRecords: Bool { drawsFromPrior || takesWorthFromLosses }
  /// Whether the search starts from a prior.
  public var drawsFromPrior: Bool { method == .evolution && newcomers == .prior }
  /// Whether mutations draw from the prior, too.
  public var mutatesByPrior: Bool { drawsFromPrior && variant == .referenceCode }
  /// Whether it takes the worth of widths from the supernet's training.
  public var takesWorthFromLosses: Bool { method == .viterbi && terms == .losses }

  /// The defaults but for these, without a supernet that newcomers could come from.
  public init(
    method: RunConfiguration.SearchMethod, population: Int, generations: Int, initial: Int,
    explored: Int, budget: RunConfiguration.Budget
  ) {
    self = RunConfiguration.defaults.search
    self.method = method
    newcomers = .random
    self.population = population
    self.generations = generations
    self.initial = initial
    self.explored = explored
    self.budget = budget
    fillDefaults(given: ["explored"])
  }
}

extension RunConfiguration.Budget: Section {
  static let fields: [Field<Self>] = [
    .value(
      "macs", \.macs, .positive, unit: "MACs an image", example: "105M",
      "the most a candidate may cost, the classifier included"),
    .value(
      "lowest", \.lowest, .from(Percentage(percent: 0), to: Percentage(percent: 100)),
      unit: "of search.budget.macs", example: "90%", "the least a candidate may cost"),
    .value(
      "parameters", \.parameters, .positive, unit: "parameters", example: "1.2M",
      "the most a candidate may have; there is no least, and 100% allows any"),
  ]
}
