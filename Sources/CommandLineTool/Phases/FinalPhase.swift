import Cluster
import Datasets
import Engine
import Randomness
import Runs
import Supernet
import Training

/// What a run found; `result.json`.
struct RunResult: Codable {
  /// One network of the final comparison.
  struct Network: Codable {
    let role: String
    let widths: String?
    let channels: [Int]
    let macs, parameters: Int
    /// With the supernet's weights, on the held-out images.
    let supernetTop1: Double?
    /// After its own training, on the test set.
    let testTop1, testTop5, testLoss: Double
    /// Of its parameters, for comparisons.
    let parameterDigest: String
  }

  let winner: String
  let networks: [Network]
  let testImages: Int

  /// The final table, a line a network.
  var table: String {
    networks.map { network in
      "\(network.role.padded(to: 9)) \(grouped(network.macs).padded(to: 14, atStart: true)) MACs "
        + "\(grouped(network.parameters).padded(to: 12, atStart: true)) parameters  test top-1 "
        + percent(network.testTop1, 2)
    }.joined(separator: "\n")
  }
}

extension RunSession {
  /// The recipe of the final networks, which train on all training images.
  var retrainRecipe: TrainingRecipe {
    plan.recipe(configuration.retrain.recipe, images: images.training.count, temperature: 1)
  }

  /// Trains the winner, and what it is compared with, from scratch.
  func retrain(_ networks: [FinalNetwork]) throws -> PhaseOutcome {
    let recipe = retrainRecipe
    for (place, network) in networks.enumerated() {
      if try isFinished(network.phase, totalSteps: recipe.schedule.totalSteps) { continue }
      let outcome = try train(
        phase: network.phase, space: network.space,
        plan: TrainingPlan(
          space: network.space, sharing: UnilaterallyAugmented(),
          sampler: WidthSampler(space: network.space, seed: configuration.run.seed),
          seed: configuration.run.seed),
        recipe: recipe, indices: Array(0..<images.training.count), metrics: .retrain,
        offset: place * recipe.schedule.totalSteps)
      if outcome == .stopped { return .stopped }
    }
    return .finished
  }

  /// Looks at the test set, once: a result that is there is not measured again.
  func evaluate(_ networks: [FinalNetwork], winner: Widths) throws {
    if try agree({ try folder?.directory.text(of: folder?.directory.result ?? "") != nil }) {
      progress.note("the networks are tested already")
      return
    }
    let test = try images.testImages()
    let calibration = try images.calibrationImages()
    let supernet = try supernetEvaluator()
    // Every rank is given every network's weights before any measures its share: nobody waits for a measurement in between.
    let trained = try networks.map { network in
      let layout = ParameterLayout(network.space.architecture)
      let parameters = try weights(
        of: network.phase, layout, totalSteps: retrainRecipe.schedule.totalSteps, verb: "retrain")
      return (layout: layout, parameters: parameters)
    }
    var own: [Double] = []
    for (place, network) in networks.enumerated() {
      guard place % communicator.size == communicator.rank else {
        own += [0, 0, 0, 0]
        continue
      }
      let evaluator = Evaluator(
        space: network.space, layout: trained[place].layout,
        parameters: trained[place].parameters, calibration: calibration, images: test,
        cacheBytes: 0, context: context)
      var stream = RandomStream(seed: configuration.run.seed, purpose: .sharing)
      let realization = UnilaterallyAugmented().scoringRealization(
        of: network.space.fullWidths, in: network.space, using: &stream)
      let found = evaluator.measure(realization, betweenPasses: {})
      let score = network.widths.map {
        supernet.measure(scoringRealization(of: $0), betweenPasses: {}).top1
      }
      own += [found.top1, found.top5, found.loss, score ?? 0]
    }
    // The other ranks measure whole test sets.
    let usualDeadline = communicator.deadline
    communicator.deadline = .seconds(24 * 3600)
    defer { communicator.deadline = usualDeadline }
    let all = try communicator.gather(own)
    try folder?.writeResult(
      networks, winner: winner, testImages: images.test.count,
      figures: networks.indices.map { place in
        let start = (place % communicator.size) * own.count + place * 4
        return Array(all[start..<start + 4])
      })
  }
}

extension RunFolder {
  fileprivate func writeResult(
    _ networks: [FinalNetwork], winner: Widths, testImages: Int, figures: [[Double]]
  ) throws {
    let rows = try zip(networks, figures).map { network, figures in
      RunResult.Network(
        role: network.role, widths: network.widths.map { "\($0)" }, channels: network.channels,
        macs: network.macs, parameters: network.parameters,
        supernetTop1: network.widths == nil ? nil : figures[3], testTop1: figures[0],
        testTop5: figures[1], testLoss: figures[2],
        parameterDigest: try newest(network.phase)?.parameterDigest(of: "parameters") ?? "")
    }
    try directory.write(
      json: RunResult(winner: "\(winner)", networks: rows, testImages: testImages),
      to: directory.result)
  }
}
