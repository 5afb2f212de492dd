extension RunConfiguration {
  /// Every default, on one screen.
  ///
  /// What depends on another key is set in that section's `fillDefaults` or, in front of a section, by its field's
  /// `prepare`; `run.name` and `data.path` must be given.
  static let defaults = RunConfiguration(
    run: Run(name: "", seed: 1),
    data: Data(
      format: .jpeg, path: "",
      image: ImageShape(channels: 3, height: 32, width: 32),
      classes: 10, count: SyntheticCount(train: 10_000, test: 1000),
      heldOut: 5000,
      mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5],
      augment: Augmentation(pad: 0, flip: false),
      damaged: .stop, workers: 1),
    network: Network(name: .cbmMobileNet),
    space: Space(
      cut: .equal, bins: 4, leastChannels: 4, mostChannels: 64, lowest: 1, groups: [:]),
    cluster: Cluster(shards: 4),
    engine: Engine(kernels: .automatic, convolution: .automatic, threads: 0),
    supernet: Supernet(
      from: nil, sharing: .ua, free: FreeChannels(offset: 1, assignments: 2), sampler: .sandwich,
      variant: .recommended, layers: .apart, networks: 4, distill: true, temperature: 3,
      attentive: Attention(
        judge: .loss, warmupEpochs: 1, scored: 128, candidates: 3, keep: .best, costs: 25),
      fullNetworkEvery: 0, records: Records(kept: 100, part: Percentage(percent: 10)),
      recipe: recipe(epochs: 5)),
    calibration: Calibration(images: 1024, batch: 128),
    search: Search(
      method: .evolution, population: 50, generations: 40, newcomers: .prior,
      variant: .recommended, top: 10, mutations: 25, crossovers: 25, mutationProbability: 0.1,
      terms: .scores, initial: 64,
      explored: 4,
      budget: Budget(
        macs: .share(Percentage(percent: 50)), lowest: Percentage(percent: 80),
        parameters: .share(Percentage(percent: 100))),
      batch: 250, stopError: 0.001, cache: 2048),
    retrain: Retrain(recipe: recipe(epochs: 10), also: [.base, .uniform]),
    checkpoint: Checkpoint(every: .seconds(600), keep: 3),
    log: Log(every: 20))

  private static func recipe(epochs: Int) -> Recipe {
    Recipe(
      epochs: epochs, batch: 128,
      optimizer: Optimizer(
        learningRate: 0.1, momentum: 0.9, nesterov: false,
        weightDecay: 5e-4, decayNormalization: false, clipValue: 0),
      schedule: Schedule(
        kind: .cosine, warmupEpochs: 0, finalLearningRate: 0, milestones: [], factor: 0.1),
      labelSmoothing: 0, smallImages: SmallImages(epochs: 0, factor: 2))
  }
}
