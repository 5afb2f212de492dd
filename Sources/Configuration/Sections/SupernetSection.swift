extension RunConfiguration {
  /// The network whose weights all widths share.
  public struct Supernet: Codable, Hashable, Sendable {
    /// The folder of a run whose trained supernet is taken; nil to train one.
    public var from: String?
    /// Which channels a width stands for.
    public var sharing: Sharing
    /// Free channels, with cafenet.
    public var free: FreeChannels
    /// Which widths a step trains.
    public var sampler: Sampler
    /// Whose reading of complements and records is followed.
    public var variant: Variant
    /// How the widths of a random network's layers go together.
    public var layers: Layers
    /// Networks of a step of the samplers that train several, the widest and the narrowest included.
    public var networks: Int
    /// Whether the widest network of such a step teaches the others.
    public var distill: Bool
    /// What divides the logits of teacher and taught.
    public var temperature: Double
    /// How the attentive sampler chooses.
    public var attentive: Attention
    /// Once in so many steps the full network is trained alone; 0 for never.
    public var fullNetworkEvery: Int
    /// Which losses of each width are kept.
    public var records: Records
    /// How it is trained.
    public var recipe: Recipe
  }

  /// How widths share weights.
  public enum Sharing: String, Codable, CaseIterable, Sendable {
    /// From both sides, with exact complements.
    case bcnet
    /// From both sides of a layer whose least width is there twice.
    case bcnetv2
    /// From the left side, with some free channels around the edge.
    case cafenet
    /// From the left side.
    case ua
  }

  /// Which widths a step trains.
  public enum Sampler: String, Codable, CaseIterable, Sendable {
    /// A random network.
    case uniform
    /// A random network, and in the next step its complement.
    case complementary
    /// The widest, the narrowest and random networks.
    case sandwich
    /// A sandwich whose random networks are the best or worst of several.
    case attentive
    /// A sandwich whose random networks are those that training holds for good so far.
    case marginals
  }

  /// Whose reading of a method is followed where paper and released code differ.
  public enum Variant: String, Codable, CaseIterable, Sendable {
    /// What docs/methods.md recommends.
    case recommended
    /// What the released code does.
    case referenceCode = "reference-code"
  }

  /// How the widths of a random network's layers go together.
  public enum Layers: String, Codable, CaseIterable, Sendable {
    /// Each is drawn alone.
    case apart
    /// One multiplier for all.
    case together
  }

  /// CafeNet's free channels.
  public struct FreeChannels: Codable, Hashable, Sendable {
    /// Bins that are free, and half the size of their zone.
    public var offset: Int
    /// Random assignments of them that a step, or a score, looks at.
    public var assignments: Int
  }

  /// AttentiveNAS's choice among random networks.
  public struct Attention: Codable, Hashable, Sendable {
    /// Who says which network is best.
    public var judge: Judge
    /// Epochs of a plain sandwich before the predictor's networks are scored.
    public var warmupEpochs: Int
    /// Random networks whose scores the predictor learns from.
    public var scored: Int
    /// Networks of one cost among which one is chosen.
    public var candidates: Int
    /// Which of them is trained.
    public var keep: Extreme
    /// Costs told apart.
    public var costs: Int
  }

  /// Who says which of several networks is best.
  public enum Judge: String, Codable, CaseIterable, Sendable {
    /// The loss on the step's images.
    case loss
    /// A model of the scores of some networks.
    case predictor
  }

  /// Losses that tell what each width was worth in training.
  public struct Records: Codable, Hashable, Sendable {
    /// The least ones, of each width or, with the released code's variant, of all networks.
    public var kept: Int
    /// Of all steps the last ones that count.
    public var part: Percentage
  }

  /// One end of an order.
  public enum Extreme: String, Codable, CaseIterable, Sendable {
    case best, worst
  }

  /// Batch statistics are measured again for every candidate, before it is scored.
  public struct Calibration: Codable, Hashable, Sendable {
    /// Training images, without augmentation; the same for every candidate.
    public var images: Int
    /// Images of one forward pass.
    public var batch: Int
  }

  /// The networks trained from scratch at the end.
  public struct Retrain: Codable, Hashable, Sendable {
    /// How they are trained, all alike.
    public var recipe: Recipe
    /// What the winner is compared with.
    public var also: [ReferenceNetwork]
  }

  /// A network the winner is compared with.
  public enum ReferenceNetwork: String, Codable, CaseIterable, Sendable {
    /// The full network.
    case base
    /// Every layer equally narrow, at the winner's budget.
    case uniform
  }
}

extension RunConfiguration.Sharing: Choice {}
extension RunConfiguration.Sampler: Choice {}
extension RunConfiguration.Layers: Choice {}
extension RunConfiguration.Variant: Choice {}
extension RunConfiguration.Extreme: Choice {}
extension RunConfiguration.Judge: Choice {}
extension RunConfiguration.ReferenceNetwork: Choice {}

extension RunConfiguration.Supernet: Section {
  static let fields: [Field<Self>] =
    [
      .optional(
        "from", \.from, .notEmpty, example: "runs/first-run",
        "the folder of a run whose trained supernet this run copies instead of training one; a leading ~ or "
          + "$VARIABLE is expanded, else relative to the current folder",
        default: "trains its own"),
      .value(
        "sharing", \.sharing, example: "bcnet",
        "bcnet: a width is both sides of a layer, trained and scored as a pair; bcnetv2: the same of "
          + "a layer that has the least width twice; ua: its left side; cafenet: its left side with "
          + "free channels around the edge"),
      .section("free", \.free, when: .freeChannels),
      .value(
        "sampler", \.sampler, example: "uniform",
        "which networks a step trains; uniform: a random one; complementary: a random one, then its "
          + "complement; sandwich: the widest, the narrowest and random ones; attentive: a sandwich "
          + "whose random ones are the best or worst of several; marginals: one whose random ones are, more "
          + "and more, good ones of the budget by the losses so far",
        default: "sandwich with ua, complementary with bcnet and bcnetv2, uniform with cafenet"),
      .value(
        "variant", \.variant, example: "reference-code",
        "which complement of k of T bins is trained, and of what supernet.records.kept losses are kept; recommended: "
          + "T - k, and of each width; reference-code: T - k - 1, and of all networks together, as in BCNetV2's "
          + "released code (methods.md)", when: .complementary),
      .value(
        "layers", \.layers, example: "together",
        "how a random network's layers go together; apart: each has a width of its own; together: one "
          + "multiplier for all, as in slimmable networks", when: .free),
      .value(
        "networks", \.networks, .from(2, to: 64), unit: "networks a step", example: "3",
        "that it trains, the widest and the narrowest included", when: .sandwich),
      .value(
        "distill", \.distill, example: "false",
        "whether the widest network of a step teaches the others, instead of the labels",
        when: .sandwich),
      .value(
        "temperature", \.temperature, .from(0.1, to: 100), unit: "of logits", example: "1",
        "divides the logits of the widest network and of those that it teaches; the higher, the more unlikely "
          + "classes count, and the less the teacher pulls, since the loss is not multiplied by its square",
        when: .distilled),
      .section("attentive", \.attentive, when: .attentive),
      .value(
        "full_network_every", \.fullNetworkEvery, .from(0, to: 1_000_000), unit: "steps",
        example: "3",
        "the full network is trained alone once in so many steps, at least 2; 0 for never"),
      .section("records", \.records) {
        if $0.sampler == .marginals { $0.records.part = Percentage(percent: 100) }
      },
    ] + RunConfiguration.Recipe.fields.map { $0.lifted(through: \.recipe) }
}

extension Condition<RunConfiguration.Supernet> {
  fileprivate static let freeChannels = Condition(words: "sharing cafenet") {
    $0.sharing == .cafenet
  }
  fileprivate static let free = Condition(words: "samplers uniform, complementary and sandwich") {
    [.uniform, .complementary, .sandwich].contains($0.sampler)
  }
  fileprivate static let complementary = Condition(words: "sampler complementary") {
    $0.sampler == .complementary
  }
  fileprivate static let sandwich = Condition(words: "samplers sandwich, attentive and marginals") {
    [.sandwich, .attentive, .marginals].contains($0.sampler)
  }
  fileprivate static let distilled = Condition(words: sandwich.words + " with distill true") {
    sandwich.holds($0) && $0.distill
  }
  fileprivate static let attentive = Condition(words: "sampler attentive") {
    $0.sampler == .attentive
  }
}

extension RunConfiguration.Supernet {
  mutating func fillDefaults(given: Set<String>) {
    if given.contains("sampler") { return }
    switch sharing {
    case .bcnet, .bcnetv2: sampler = .complementary
    case .ua: sampler = .sandwich
    case .cafenet: sampler = .uniform
    }
  }

  /// Whether every step trains one random network, so that losses compare widths under equal conditions.
  fileprivate var trainsRandomNetworksAlone: Bool {
    (sampler == .uniform || sampler == .complementary) && fullNetworkEvery == 0
      && layers == .apart
  }

  /// Whether a predictor, fitted after a warm-up, says which networks are trained.
  public var usesPredictor: Bool { sampler == .attentive && attentive.judge == .predictor }

  /// Whether the released code of a method is followed where it differs.
  public var isReferenceCode: Bool { sampler == .complementary && variant == .referenceCode }

  /// Whether a step trains more than the widest and the narrowest network.
  var drawsNetworks: Bool { sampler != .sandwich || networks > 2 }

  /// Where a search's newcomers come from unless somebody says so: as published with each scheme.
  var usualNewcomers: RunConfiguration.Newcomers {
    let isPublishedWithPrior = sharing == .bcnet || sharing == .bcnetv2
    return isPublishedWithPrior && trainsRandomNetworksAlone ? .prior : .random
  }
}

extension RunConfiguration.FreeChannels: Section {
  static let fields: [Field<Self>] = [
    .value(
      "offset", \.offset, .positive, unit: "bins", example: "2",
      "that are free with cafenet, and half the size of the zone around a width's edge"),
    .value(
      "assignments", \.assignments, .from(1, to: 1_000), unit: "subnets", example: "4",
      "random choices of the free channels of which a step trains the best, and a score is the best"
    ),
  ]
}

extension Condition<RunConfiguration.Attention> {
  fileprivate static let predictor = Condition(words: "judge predictor") { $0.judge == .predictor }
}

extension RunConfiguration.Attention: Section {
  static let fields: [Field<Self>] = [
    .value(
      "judge", \.judge, example: "loss",
      "what says how good a network is; loss: its loss on the step's images; predictor: an additive "
        + "model of the scores of some networks"),
    .value(
      "warmup_epochs", \.warmupEpochs, .positive, unit: "epochs", example: "2",
      "of a plain sandwich, after which the predictor's networks are scored", when: .predictor),
    .value(
      "scored", \.scored, .from(2, to: 1_000_000), unit: "networks", example: "1024",
      "random ones that are scored on the held-out images for the predictor", when: .predictor),
    .value(
      "candidates", \.candidates, .from(1, to: 1_000), unit: "networks", example: "5",
      "random networks of one cost, of which a step of the attentive sampler trains one",
      default: "3, or 50 with judge predictor"),
    .value(
      "keep", \.keep, example: "worst", "which one of them"),
    .value(
      "costs", \.costs, .from(1, to: 10_000), unit: "costs", example: "50",
      "told apart over the whole space; they are drawn as often as random networks have them"),
  ]

  mutating func fillDefaults(given: Set<String>) {
    if !given.contains("candidates"), judge == .predictor { candidates = 50 }
  }
}

extension RunConfiguration.Records: Section {
  static let fields: [Field<Self>] = [
    .value(
      "kept", \.kept, .from(1, to: 1_000), unit: "losses a width", example: "20",
      "the least ones with which it was trained, for search.newcomers, search.terms and the sampler marginals; with "
        + "supernet.variant reference-code so many of all networks together"),
    .value(
      "part", \.part, .above(Percentage(percent: 0), to: Percentage(percent: 100)),
      unit: "of the steps", example: "80%", "the last ones, whose losses count",
      default: "10%, or 100% with sampler marginals"),
  ]
}

extension RunConfiguration.Calibration: Section {
  static let fields: [Field<Self>] = [
    .value(
      "images", \.images, .positive, unit: "images", example: "2048",
      "of the training set, without augmentation, for every candidate's batch statistics"),
    .value(
      "batch", \.batch, .positive, unit: "images", example: "64",
      "of one forward pass; divides calibration.images, so that every batch weighs the same"),
  ]
}

extension RunConfiguration.Retrain: Section {
  static let fields: [Field<Self>] =
    RunConfiguration.Recipe.fields.map { $0.lifted(through: \.recipe) } + [
      .value(
        "also", \.also, .distinct, example: "[uniform]",
        "reference networks for the final table, trained by the same recipe")
    ]
}

extension Limit where Value == [RunConfiguration.ReferenceNetwork] {
  fileprivate static let distinct = Limit(words: " without repetition") {
    Set($0).count == $0.count
  }
}
