import Configuration
import Engine
import Search
import Supernet
import Training

/// A configuration made concrete: the network, its widths, the budget and the recipes.
///
/// Made before anything is trained, so that an impossible wish is refused at once.
struct RunPlan {
  let configuration: RunConfiguration
  /// The network itself, which the space may have widened.
  let network: Architecture
  /// Channels of each width group of the network itself.
  private let full: [Int]
  /// Which bins of the network itself each width group takes.
  let ranges: [BinRange]
  let space: SearchSpace
  let cost: CostModel
  /// What a candidate may cost.
  let window: CostWindow

  init(_ configuration: RunConfiguration, classes: Int) throws {
    self.configuration = configuration
    let image = configuration.data.image
    network = try Architecture.named(
      configuration.network.name.rawValue,
      image: FeatureShape(channels: image.channels, height: image.height, width: image.width),
      classes: classes)
    try configuration.space.checkGroups(
      among: network.widthGroups.map(\.name), of: network.name)
    ranges = try configuration.space.rules.ranges(of: network)
    space = try configuration.supernet.sharing.scheme.space(network, ranges: ranges)
    cost = CostModel(space)
    full = network.widthGroups.map(\.channels)
    window = configuration.search.budget.window(full: cost.both(ofChannels: full))
    try legalSpace.checkFeasible(cost: cost.both(ofBins:))
    if configuration.search.method == .viterbi || configuration.supernet.sampler == .marginals {
      try WidthField.checkSize(choices: space.choices, cost: cost.product)
    }
  }

  /// The scheme by which widths share weights.
  var sharing: any WeightSharing {
    let free = configuration.supernet.free
    return configuration.supernet.sharing == .cafenet
      ? LocallyFree(offset: free.offset, assignments: free.assignments)
      : configuration.supernet.sharing.scheme.sharing
  }

  /// Which widths the supernet's steps train.
  ///
  /// - Parameters:
  ///   - predictor: judges networks, where the configuration asks for one; none in its warm-up.
  ///   - totalSteps: of the whole training.
  /// - Throws: `WidthFieldError` when the space is too entangled for the sampler.
  func sampler(
    _ predictor: AdditivePredictor? = nil, totalSteps: Int
  ) throws -> any WidthSampling {
    let (supernet, seed) = (configuration.supernet, configuration.run.seed)
    let base: any WidthSampling =
      switch supernet.sampler {
      case .uniform: WidthSampler(space: space, layers: supernet.layers.asSampled, seed: seed)
      case .complementary:
        ComplementarySampler(
          space: space, layers: supernet.layers.asSampled,
          complement: supernet.isReferenceCode ? .oneShort : .exact, seed: seed)
      case .attentive where supernet.usesPredictor && predictor == nil, .sandwich:
        SandwichSampler(
          space: space, layers: supernet.layers.asSampled, seed: seed, count: supernet.networks,
          distills: supernet.distill)
      case .marginals:
        try MarginalSampler(
          space: space,
          settings: MarginalSampler.Settings(
            count: supernet.networks, distills: supernet.distill, budget: window.macs.upperBound,
            totalSteps: max(1, totalSteps - supernet.fullNetworkTurns(of: totalSteps))),
          seed: seed)
      case .attentive:
        AttentiveSampler(
          space: space,
          settings: AttentiveSampler.Settings(
            count: supernet.networks, candidates: supernet.attentive.candidates,
            choice: supernet.attentive.keep == .best ? .lowestLoss : .highestLoss,
            costs: supernet.attentive.costs, distills: supernet.distill),
          judge: predictor.map { predictor in .predictor { predictor.score($0.bins) } } ?? .loss,
          seed: seed)
      }
    guard supernet.fullNetworkEvery > 0 else { return base }
    return InterleavedSampler(
      space: space, base: base, fullNetworkEvery: supernet.fullNetworkEvery)
  }

  /// What the network itself costs, at full width.
  var fullCost: NetworkCost { cost.both(ofChannels: full) }

  /// The candidates that a search may end with.
  var legalSpace: LegalSpace { LegalSpace(choices: space.choices, window: window) }

  /// The search at its beginning.
  ///
  /// - Parameters:
  ///   - prior: where newcomers come from, if the configuration says so.
  ///   - worth: of each width, if the configuration takes it from the supernet's training.
  /// - Throws: `WidthFieldError` when the space is too entangled for the method.
  func newSearch(prior: WidthPrior?, worth: [[Double]]?) throws -> any CandidateSearch {
    try configuration.search.newSearch(
      in: legalSpace, cost: cost.product, prior: prior, worth: worth,
      seed: configuration.run.seed)
  }

  /// Which losses the supernet's training keeps.
  var recording: LossRecords.Settings {
    let records = configuration.supernet.records
    return LossRecords.Settings(
      kept: records.kept, part: records.part.percent / 100,
      competition: configuration.supernet.isReferenceCode ? .allNetworks : .eachWidth)
  }

  /// The supernet's recipe in steps, for a number of training images.
  func supernetRecipe(images: Int) -> TrainingRecipe {
    recipe(
      configuration.supernet.recipe, images: images, temperature: configuration.supernet.temperature
    )
  }

  /// A recipe in steps, for a number of training images.
  ///
  /// - Parameter temperature: of distillation, where there is any.
  func recipe(
    _ recipe: RunConfiguration.Recipe, images: Int, temperature: Double
  ) -> TrainingRecipe {
    let stepsPerEpoch = images / recipe.batch
    let curve: LearningRateSchedule.Curve =
      switch recipe.schedule.kind {
      case .cosine: .cosine(final: recipe.schedule.finalLearningRate)
      case .linear: .linear(final: recipe.schedule.finalLearningRate)
      case .step:
        .step(
          milestones: recipe.schedule.milestones.map { $0 * stepsPerEpoch },
          factor: recipe.schedule.factor)
      }
    return TrainingRecipe(
      globalBatch: recipe.batch, shards: configuration.cluster.shards,
      schedule: LearningRateSchedule(
        peak: recipe.optimizer.learningRate,
        warmupSteps: recipe.schedule.warmupEpochs * stepsPerEpoch,
        totalSteps: recipe.epochs * stepsPerEpoch, curve: curve),
      optimizer: MomentumSGD(
        momentum: Float(recipe.optimizer.momentum), nesterov: recipe.optimizer.nesterov,
        clipValue: recipe.optimizer.clipValue == 0
          ? .infinity : Float(recipe.optimizer.clipValue)),
      weightDecay: recipe.optimizer.weightDecay,
      decaysNormalization: recipe.optimizer.decayNormalization,
      labelSmoothing: recipe.labelSmoothing, temperature: temperature,
      smallImages: recipe.smallImages.epochs == 0
        ? nil
        : TrainingRecipe.SmallImages(
          steps: recipe.smallImages.epochs * stepsPerEpoch, factor: recipe.smallImages.factor))
  }

  /// The networks that are trained from scratch, the winner first.
  func finalNetworks(winner: Widths) -> [FinalNetwork] {
    let channels = space.channels(of: winner)
    var networks = [FinalNetwork(role: "winner", widths: winner, channels: channels, plan: self)]
    for reference in configuration.retrain.also {
      switch reference {
      case .base:
        // The widest network of the space is narrower where a group may not keep all of its bins.
        let isWidest = space.channels(of: space.fullWidths) == full
        networks.append(
          FinalNetwork(
            role: "base", widths: isWidest ? space.fullWidths : nil, channels: full, plan: self))
      case .uniform:
        let uniform = cost.uniformChannels(
          of: full, macs: cost.macs(ofChannels: channels),
          parameters: window.mostParameters ?? Int.max)
        if let uniform {
          networks.append(
            FinalNetwork(role: "uniform", widths: nil, channels: uniform, plan: self))
        }
      }
    }
    return networks
  }
}

/// A network of fixed widths that is trained from scratch.
struct FinalNetwork {
  /// `winner`, `base` or `uniform`.
  let role: String
  /// Its widths in the space; none when it keeps channels that no bins give.
  let widths: Widths?
  /// Channels of each width group.
  let channels: [Int]
  let macs, parameters: Int
  /// Itself as a network, with one width.
  let space: SearchSpace

  init(role: String, widths: Widths?, channels: [Int], plan: RunPlan) {
    self.role = role
    self.widths = widths
    self.channels = channels
    macs = plan.cost.macs(ofChannels: channels)
    parameters = plan.cost.parameters(ofChannels: channels)
    space = .singleton(plan.space.architecture.resized(to: channels, in: plan.space.groups))
  }

  /// What its training is called.
  var phase: String { "retrain-\(role)" }
}

extension RunConfiguration.Sharing {
  /// The same choice in the supernet's words.
  var scheme: WeightSharingScheme {
    switch self {
    case .ua: .ua
    case .bcnet: .bcnet
    case .bcnetv2: .bcnetv2
    case .cafenet: .cafenet
    }
  }
}

extension RunConfiguration.Supernet {
  /// How many of some steps train the full network alone.
  fileprivate func fullNetworkTurns(of steps: Int) -> Int {
    fullNetworkEvery == 0 ? 0 : steps / fullNetworkEvery
  }
}

extension RunConfiguration.Layers {
  /// The same choice in the supernet's words.
  fileprivate var asSampled: WidthSampler.Layers {
    switch self {
    case .apart: .apart
    case .together: .together
    }
  }
}
