/// A rule over several keys is broken.
private struct Contradiction {
  /// The keys that take part, those first that most probably are the mistake.
  let keys: [String]
  let sentence: String
}

extension RunConfiguration {
  /// Refuses what no single key can show to be wrong.
  ///
  /// - Parameter places: where each key was given; a contradiction is reported at an override of one of
  ///   its keys, else at the first of its keys that the file gives.
  func checkConsistency(
    _ places: [String: Place], otherwise place: Place
  ) throws(ConfigurationError) {
    let contradictions =
      dataContradictions + samplingContradictions + calibrationContradictions
      + spaceContradictions + searchContradictions
      + contradictions(in: supernet.recipe, "supernet")
      + contradictions(in: retrain.recipe, "retrain")
    guard let first = contradictions.first else { return }
    let given = first.keys.compactMap { places[$0] }
    throw ConfigurationError(
      given.first(where: \.isOverride) ?? given.first ?? place, first.sentence)
  }

  private var dataContradictions: [Contradiction] {
    var found: [Contradiction] = []
    for (key, values) in [("data.mean", data.mean), ("data.deviation", data.deviation)]
    where values.count != data.image.channels {
      found.append(
        Contradiction(
          keys: [key, "data.image.channels"],
          sentence:
            "\(key) must hold one number for each of the \(data.image.channels) channels, but it "
            + "holds \(values.count)"))
    }
    if data.format == .synthetic, data.heldOut >= data.count.train {
      found.append(
        Contradiction(
          keys: ["data.held_out", "data.count.train"],
          sentence:
            "data.held_out (\(data.heldOut)) must leave some of data.count.train "
            + "(\(data.count.train)) to train on"))
    }
    return found
  }

  private var samplingContradictions: [Contradiction] {
    var found: [Contradiction] = []
    if [.attentive, .marginals].contains(supernet.sampler), supernet.networks < 3 {
      found.append(
        Contradiction(
          keys: ["supernet.networks", "supernet.sampler"],
          sentence:
            "supernet.networks (\(supernet.networks)) must be at least 3 for the sampler "
            + "\(supernet.sampler.rawValue): the widest, the narrowest and one that is chosen"))
    }
    if supernet.sampler == .marginals, supernet.records.part.percent < 75 {
      found.append(
        Contradiction(
          keys: ["supernet.records.part", "supernet.sampler"],
          sentence:
            "supernet.records.part (\(supernet.records.part.canonical)) must be at least 75% for the sampler "
            + "marginals, which draws by the losses after a quarter of the steps"))
    }
    if !supernet.drawsNetworks, search.takesRecords {
      found.append(
        Contradiction(
          keys: ["supernet.networks", "search.newcomers", "search.terms"],
          sentence:
            "supernet.networks (\(supernet.networks)) leaves no random network whose losses could be "
            + "recorded, which search.newcomers: prior and search.terms: losses need; give at least 3"
        ))
    }
    if supernet.fullNetworkEvery == 1 {
      found.append(
        Contradiction(
          keys: ["supernet.full_network_every"],
          sentence:
            "supernet.full_network_every (1) would train nothing but the full network; give 0 or at "
            + "least 2"))
    }
    let warmup = supernet.attentive.warmupEpochs
    if supernet.usesPredictor, warmup >= supernet.recipe.epochs {
      found.append(
        Contradiction(
          keys: ["supernet.attentive.warmup_epochs", "supernet.epochs"],
          sentence:
            "supernet.attentive.warmup_epochs (\(warmup)) must be below supernet.epochs "
            + "(\(supernet.recipe.epochs)), so that the predictor is of use"))
    }
    let small = supernet.recipe.smallImages.epochs
    if supernet.usesPredictor, small >= warmup {
      found.append(
        Contradiction(
          keys: ["supernet.small_images.epochs", "supernet.attentive.warmup_epochs"],
          sentence:
            "supernet.small_images.epochs (\(small)) must be below supernet.attentive.warmup_epochs "
            + "(\(warmup)), so that the predictor's scores are of weights that know whole images"))
    }
    return found
  }

  private var calibrationContradictions: [Contradiction] {
    if calibration.images.isMultiple(of: calibration.batch) { return [] }
    return [
      Contradiction(
        keys: ["calibration.images", "calibration.batch"],
        sentence:
          "calibration.images (\(calibration.images)) must be a multiple of calibration.batch "
          + "(\(calibration.batch)), so that every batch weighs the same")
    ]
  }

  private var spaceContradictions: [Contradiction] {
    var found: [Contradiction] = []
    switch space.cut {
    case .equal where space.lowest > space.bins:
      found.append(
        Contradiction(
          keys: ["space.lowest", "space.bins"],
          sentence: "space.lowest (\(space.lowest)) must be at most space.bins (\(space.bins))"))
    case .byCost where space.leastChannels > space.mostChannels:
      found.append(
        Contradiction(
          keys: ["space.least_channels", "space.most_channels"],
          sentence:
            "space.least_channels (\(space.leastChannels)) must be at most space.most_channels "
            + "(\(space.mostChannels))"))
    case .equal, .byCost: break
    }
    return found
      + space.groups.sorted { $0.key < $1.key }.flatMap { contradictions(inGroup: $0, $1) }
  }

  /// What is known without the network: cut by cost, it decides how many bins a group has.
  private func contradictions(
    inGroup name: String, _ group: GroupChoices
  ) -> [Contradiction] {
    let path = "space.groups.\(name)"
    let bins = group.bins ?? (space.cut == .equal ? space.bins : nil)
    let lowest = group.lowest ?? space.lowest
    if let bins, let highest = group.highest, highest > bins {
      return [
        Contradiction(
          keys: ["\(path).highest", "\(path).bins", "space.bins"],
          sentence: "\(path).highest (\(highest)) must be at most the \(bins) bins of the group")
      ]
    }
    if let highest = group.highest ?? bins, lowest > highest {
      return [
        Contradiction(
          keys: ["\(path).lowest", "\(path).highest", "\(path).bins", "space.lowest"],
          sentence:
            "\(path) would take at least \(lowest) bins and at most \(highest); the least must not be "
            + "more than the most")
      ]
    }
    return []
  }

  private var searchContradictions: [Contradiction] {
    var found: [Contradiction] = []
    if search.method == .predictor, search.explored > search.population {
      found.append(
        Contradiction(
          keys: ["search.explored", "search.population"],
          sentence:
            "search.explored (\(search.explored)) must be at most search.population "
            + "(\(search.population))"))
    }
    if search.top > search.population {
      found.append(
        Contradiction(
          keys: ["search.top", "search.population"],
          sentence:
            "search.top (\(search.top)) must be at most search.population (\(search.population))"))
    }
    if search.mutations + search.crossovers > search.population {
      found.append(
        Contradiction(
          keys: ["search.mutations", "search.crossovers", "search.population"],
          sentence:
            "search.mutations (\(search.mutations)) and search.crossovers (\(search.crossovers)) "
            + "must together be at most search.population (\(search.population))"))
    }
    return found
  }

  private func contradictions(in recipe: Recipe, _ path: String) -> [Contradiction] {
    var found: [Contradiction] = []
    if !recipe.batch.isMultiple(of: cluster.shards) {
      found.append(
        Contradiction(
          keys: ["\(path).batch", "cluster.shards"],
          sentence:
            "\(path).batch (\(recipe.batch)) must be a multiple of cluster.shards "
            + "(\(cluster.shards)), so that all shards are equal"))
    }
    if recipe.optimizer.nesterov, recipe.optimizer.momentum == 0 {
      found.append(
        Contradiction(
          keys: ["\(path).optimizer.nesterov", "\(path).optimizer.momentum"],
          sentence: "\(path).optimizer.nesterov needs a momentum above 0"))
    }
    return found + contradictions(inSmallImagesOf: recipe, path)
      + contradictions(inScheduleOf: recipe, path)
  }

  private func contradictions(inSmallImagesOf recipe: Recipe, _ path: String) -> [Contradiction] {
    let (small, image) = (recipe.smallImages, data.image)
    if small.epochs == 0 { return [] }
    var found: [Contradiction] = []
    if small.epochs >= recipe.epochs {
      found.append(
        Contradiction(
          keys: ["\(path).small_images.epochs", "\(path).epochs"],
          sentence:
            "\(path).small_images.epochs (\(small.epochs)) must be less than \(path).epochs "
            + "(\(recipe.epochs)), so that training ends with whole images"))
    }
    if !image.height.isMultiple(of: small.factor) || !image.width.isMultiple(of: small.factor) {
      found.append(
        Contradiction(
          keys: ["\(path).small_images.factor", "data.image.height", "data.image.width"],
          sentence:
            "\(path).small_images.factor (\(small.factor)) must divide the height and the width of "
            + "data.image, which are \(image.height) and \(image.width)"))
    }
    return found
  }

  private func contradictions(inScheduleOf recipe: Recipe, _ path: String) -> [Contradiction] {
    let schedule = recipe.schedule
    let epochs = "\(path).epochs"
    var found: [Contradiction] = []
    if schedule.warmupEpochs >= recipe.epochs {
      found.append(
        Contradiction(
          keys: ["\(path).schedule.warmup_epochs", epochs],
          sentence:
            "\(path).schedule.warmup_epochs (\(schedule.warmupEpochs)) must be less than "
            + "\(epochs) (\(recipe.epochs))"))
    }
    if schedule.finalLearningRate > recipe.optimizer.learningRate {
      found.append(
        Contradiction(
          keys: ["\(path).schedule.final_learning_rate", "\(path).optimizer.learning_rate"],
          sentence:
            "\(path).schedule.final_learning_rate (\(schedule.finalLearningRate.canonical)) must be "
            + "at most \(path).optimizer.learning_rate (\(recipe.optimizer.learningRate.canonical))"
        ))
    }
    let bounds = [schedule.warmupEpochs] + schedule.milestones + [recipe.epochs]
    if schedule.kind == .step, !zip(bounds, bounds.dropFirst()).allSatisfy({ $0 < $1 }) {
      found.append(
        Contradiction(
          keys: ["\(path).schedule.milestones", "\(path).schedule.warmup_epochs", epochs],
          sentence:
            "\(path).schedule.milestones must ascend, after the warm-up "
            + "(\(schedule.warmupEpochs) epochs) and before the end (\(recipe.epochs) epochs), but "
            + "they are \(schedule.milestones.canonical)"))
    }
    return found
  }
}
