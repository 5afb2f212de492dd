extension RunConfiguration {
  /// The evolution of widths.
  public struct Search: Codable, Hashable, Sendable {
    /// Candidates of a generation.
    public var population: Int
    /// Rounds of scoring.
    public var generations: Int
    /// The best candidates of all rounds, from which children come.
    public var top: Int
    /// Children of a generation that are changed copies.
    public var mutations: Int
    /// Children of a generation that mix two parents.
    public var crossovers: Int
    /// For every layer of a mutated candidate.
    public var mutationProbability: Double
    /// What a candidate may cost.
    public var budget: Budget
    /// Images of one forward pass when scoring.
    public var batch: Int
  }

  /// What a candidate may cost.
  public struct Budget: Codable, Hashable, Sendable {
    /// The upper end of the window.
    public var macs: MultiplyAccumulateLimit
    /// The lower end, as a part of the upper end.
    public var lowest: Percentage

    /// The multiply-accumulates an image that a candidate may need, both ends included, when the full
    /// network needs `full`.
    public func window(full: Int) -> ClosedRange<Int> {
      let highest = macs.resolved(full: full)
      return min(highest, Int(lowest.part(of: highest).rounded(.up)))...highest
    }
  }
}

extension RunConfiguration.Search: Section {
  static let fields: [Field<Self>] = [
    .value(
      "population", \.population, .from(2, to: 1_000_000), unit: "candidates", example: "40",
      "scored in a generation"),
    .value(
      "generations", \.generations, .from(1, to: 1_000_000), unit: "generations", example: "20",
      "of candidates"),
    .value(
      "top", \.top, .positive, unit: "candidates", example: "5",
      "best of all generations, the parents of the next", default: "10, or population if smaller"),
    .value(
      "mutations", \.mutations, .from(0, to: 1_000_000), unit: "candidates", example: "20",
      "of a generation that are changed copies of a parent", default: "half of population"),
    .value(
      "crossovers", \.crossovers, .from(0, to: 1_000_000), unit: "candidates", example: "20",
      "of a generation that mix two parents; the rest is drawn anew",
      default: "half of population"),
    .value(
      "mutation_probability", \.mutationProbability, .above(0, to: 1), unit: "of the layers",
      example: "0.2", "that a mutation draws anew"),
    .section("budget", \.budget),
    .value(
      "batch", \.batch, .positive, unit: "images", example: "500",
      "of one forward pass when scoring and testing"),
  ]

  mutating func fillDefaults(given: Set<String>) {
    if !given.contains("top") { top = min(10, population) }
    if !given.contains("mutations") { mutations = population / 2 }
    if !given.contains("crossovers") { crossovers = population / 2 }
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
  ]
}
