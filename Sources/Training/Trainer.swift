import Cluster
import Datasets
import Engine
import Supernet

/// What a person or the system asked of a run while it was busy.
public enum RunRequest: Int, Comparable, Sendable {
  case none
  /// Save and go on.
  case checkpoint
  /// Save and leave.
  case stop

  /// The stronger request is the larger one.
  public static func < (left: RunRequest, right: RunRequest) -> Bool {
    left.rawValue < right.rawValue
  }
}

/// What one optimiser step did; the same on every rank but for the times.
public struct StepReport: Sendable {
  /// Steps done, this one included.
  public let step: Int
  /// What it trained: the widths of every pass, and their mean loss over the global batch.
  public let passes: [PassReport]
  /// Means over the global batch of the first pass, which is held to the labels.
  public let loss, top1: Double
  /// The learning rate.
  public let rate: Double
  /// Seconds of the whole step, of waiting for images, and of the reduction.
  public let seconds, waitSeconds, communicationSeconds: Double
  /// Bytes that this rank sent.
  public let bytesSent: Int
  /// The strongest request on any rank.
  public let request: RunRequest
}

/// What one pass of a step did.
public struct PassReport: Hashable, Sendable {
  /// The widths it trained.
  public let widths: Widths
  /// Mean losses over its subnets and the global batch: against the pass's target, at the recipe's temperature where
  /// that is the teacher; and against the labels.
  public let loss, labelLoss: Double
}

/// Trains shared weights, one optimiser step at a time.
///
/// After any number of steps the weights are the same bits on any number of ranks and threads: a step is a
/// function of the seed, the step and the weights before.
///
///     advance:  (seed, step) -> passes
///               (seed, step, owned shards) -> images
///               for each pass: where there are several candidates, the losses of all over all shards choose one
///                 for each of its subnets: forward, backward; each shard's gradient adds up in a block of its own
///               sum the blocks over all shards in the fixed tree, only where some subnet touched them
///               every rank updates all parameters: momentum and decay move untouched ones as well
///
/// A single network is trained as the one subnet of a space with one width.
public final class Trainer {
  /// Steps done.
  public private(set) var step = 0
  /// The network and its widths.
  public let space: SearchSpace
  /// Where each parameter lies.
  public let layout: ParameterLayout
  /// All parameters at full width, and the optimiser's velocity of each.
  public let parameters, momenta: AlignedStorage<Float>
  /// How it trains.
  public let recipe: TrainingRecipe
  /// What the training is called in messages and on disk.
  public let phase: String
  /// The least losses of each width so far; none where nobody asked for them.
  public internal(set) var records: LossRecords?

  private let plan: TrainingPlan
  private let loader: TrainingLoader
  private let communicator: any Communicator
  private let assignment: ShardAssignment
  private let reduction: TreeReduction
  private let context: EngineContext
  private let executor: Executor
  private let gradients: StepGradients

  /// Initialises the parameters from the seed.
  ///
  /// - Parameters:
  ///   - recording: which losses of each width are kept; none by default.
  ///   - loader: images of the shards that this rank owns.
  ///   - communicator: the ranks that share the batch.
  public init(
    phase: String, space: SearchSpace, plan: TrainingPlan, recipe: TrainingRecipe, seed: UInt64,
    recording: LossRecords.Settings? = nil, loader: TrainingLoader,
    communicator: any Communicator, context: EngineContext
  ) throws(ClusterError) {
    records = recording.map { LossRecords(of: space, settings: $0) }
    self.phase = phase
    self.space = space
    self.plan = plan
    self.recipe = recipe
    self.loader = loader
    self.communicator = communicator
    self.context = context
    layout = ParameterLayout(space.architecture)
    assignment = try ShardAssignment(shards: recipe.shards, ranks: communicator.size)
    reduction = TreeReduction(communicator: communicator, assignment: assignment) {
      context.threads.forEach($0, $1)
    }
    executor = Executor(space: space, layout: layout, context: context)
    parameters = AlignedStorage(count: layout.count)
    momenta = AlignedStorage(count: layout.count)
    gradients = StepGradients(
      shards: assignment.shards(of: communicator.rank).count, of: space, layout: layout,
      context: context)
    parameters.withMutableElements { layout.initialize($0, seed: seed) }
  }

  /// Steps of the whole training.
  public var totalSteps: Int { recipe.schedule.totalSteps }
  /// Whether all steps are done.
  public var isFinished: Bool { step >= totalSteps }
  /// Steps of one pass over the images.
  public var stepsPerEpoch: Int { loader.stepsPerEpoch }
  /// Damaged images replaced so far, by name.
  public var damagedImages: [String] { loader.damaged }

  /// Takes one optimiser step.
  ///
  /// A collective: every rank takes it.
  ///
  /// - Parameter request: what this rank was asked; the report holds the strongest of all ranks.
  /// - Throws: `TrainingError.nonFiniteLoss` on all ranks alike, before anything is updated.
  public func advance(request: RunRequest) throws -> StepReport {
    var total = Stopwatch()
    var watch = Stopwatch()
    let whole = try loader.batch(at: step)
    let waitSeconds = watch.lap()
    let batch = whole.shrunk(by: recipe.shrinking(at: step))
    let planned = plan.step(at: step, knowing: records)
    gradients.begin()
    let (trained, sums) = try run(planned, on: batch)
    let ranges = gradients.finish()
    let (means, strongest) = try share(sums, request: request)
    guard means.allSatisfy(\.loss.isFinite) else {
      throw TrainingError.nonFiniteLoss(phase: phase, step: step)
    }
    _ = watch.lap()
    let bytesSent = try reduction.reduce(shardGradients: gradients.blocks, ranges: ranges)
    let communicationSeconds = watch.lap()
    let rate = recipe.schedule.rate(at: step)
    update(rate: Float(rate))
    let passes = zip(trained, means).map {
      PassReport(widths: $0.widths, loss: $1.loss, labelLoss: $1.labelLoss)
    }
    record(zip(planned.passes, passes).filter { $0.0.isRecorded }.map { $0.1 })
    step += 1
    return StepReport(
      step: step, passes: passes, loss: means[0].loss, top1: means[0].top1, rate: rate,
      seconds: total.lap(), waitSeconds: waitSeconds, communicationSeconds: communicationSeconds,
      bytesSent: bytesSent, request: strongest)
  }

  /// Runs the passes on this rank's images.
  ///
  /// - Returns: what each pass trained, and its sums over its subnets, [pass][owned shard].
  private func run(
    _ step: TrainingStep, on batch: Batch
  ) throws -> (trained: [Realization], sums: [[LossSums]]) {
    let isTeaching = step.passes.contains { $0.target == .teacher }
    var predictions: [Predictions] = []
    var teacher: Predictions?
    var trained: [Realization] = []
    var sums: [[LossSums]] = []
    for pass in step.passes {
      let realization = try choose(pass, on: batch)
      var passSums = [LossSums](repeating: LossSums(), count: gradients.shards)
      let weight = 1 / Double(realization.subnets.count)
      for subnet in realization.subnets {
        let found = batch.withImages { images in
          let (sums, logits) = executor.train(
            subnet, on: images, parameters: parameters.pointer,
            gradients: gradients.add(subnet), lossScale: weight / Double(recipe.globalBatch),
            smoothing: recipe.labelSmoothing, teacher: pass.target == .teacher ? teacher : nil)
          if isTeaching && teacher == nil {
            predictions.append(Predictions(logits, temperature: recipe.temperature))
          }
          return sums
        }
        for shard in passSums.indices { passSums[shard] += found[shard] }
      }
      if isTeaching && teacher == nil { teacher = Predictions(meanOf: predictions) }
      trained.append(realization)
      sums.append(passSums)
    }
    return (trained, sums)
  }

  /// What the global batch chooses, on every rank the same: of each candidate's realizations that with the lowest
  /// loss, of the candidates what the pass asks for.
  private func choose(_ pass: TrainingPass, on batch: Batch) throws -> Realization {
    let realizations = pass.candidates.flatMap { $0 }
    guard realizations.count > 1 else { return realizations[0] }
    let losses = try losses(of: realizations, on: batch)
    var first = 0
    let best = pass.candidates.map { candidate in
      let own = losses[first..<first + candidate.count]
      let place = first + TrainingPass.Choice.lowestLoss.place(in: Array(own))
      first += candidate.count
      return place
    }
    return realizations[best[pass.choice.place(in: best.map { losses[$0] })]]
  }

  /// Losses over the global batch, means over each realization's subnets.
  private func losses(of realizations: [Realization], on batch: Batch) throws -> [Double] {
    var own = [Double](repeating: 0, count: gradients.shards * realizations.count)
    for (place, realization) in realizations.enumerated() {
      for subnet in realization.subnets {
        let found = batch.withImages { images in
          executor.loss(
            of: subnet, on: images, parameters: parameters.pointer, shards: gradients.shards,
            smoothing: recipe.labelSmoothing)
        }
        for shard in found.indices {
          own[shard * realizations.count + place] +=
            found[shard].loss / Double(realization.subnets.count)
        }
      }
    }
    let all = try communicator.gatherInShardOrder(
      own, valuesPerShard: realizations.count, assignment: assignment)
    return totals(all, count: realizations.count)
  }

  /// Sums in shard order of lists of `count` values.
  private func totals(_ values: [Double], count: Int) -> [Double] {
    (0..<count).map { place in
      stride(from: place, to: values.count, by: count).reduce(0) { $0 + values[$1] }
    }
  }

  /// Adds up the shards of all ranks, in shard order, and passes requests on.
  ///
  /// - Returns: each pass's means over its subnets and images.
  private func share(
    _ sums: [[LossSums]], request: RunRequest
  ) throws -> (means: [PassMeans], request: RunRequest) {
    let valuesPerShard = 4 * sums.count + 1
    let own = (0..<gradients.shards).flatMap { shard in
      sums.flatMap { pass in
        [
          pass[shard].loss, pass[shard].labelLoss, Double(pass[shard].top1),
          Double(pass[shard].images),
        ]
      } + [Double(request.rawValue)]
    }
    let all = try communicator.gatherInShardOrder(
      own, valuesPerShard: valuesPerShard, assignment: assignment)
    let totals = totals(all, count: valuesPerShard)
    let strongest =
      stride(from: valuesPerShard - 1, to: all.count, by: valuesPerShard)
      .map { Int(all[$0]) }.max() ?? 0
    return (
      sums.indices.map { pass in
        let (first, images) = (4 * pass, totals[4 * pass + 3])
        return (
          totals[first] / images, totals[first + 1] / images, totals[first + 2] / images
        )
      },
      RunRequest(rawValue: strongest) ?? .none
    )
  }

  /// Keeps the losses of what a step trained, where its turn has come.
  private func record(_ passes: [PassReport]) {
    // Losses on small images tell nothing of those on whole ones.
    guard records?.settings.covers(step: step, of: totalSteps) == true,
      recipe.shrinking(at: step) == 1
    else { return }
    for pass in passes { records?.add(pass.labelLoss, of: pass.widths) }
  }

  private func update(rate: Float) {
    for tensor in layout.tensors {
      recipe.optimizer.step(
        weights: parameters.pointer, momenta: momenta.pointer, gradients: gradients.blocks[0],
        range: tensor.range, rate: rate,
        decay: tensor.decays || recipe.decaysNormalization ? Float(recipe.weightDecay) : 0,
        in: context)
    }
  }

  /// Goes on from `step` with the parameters, momenta and records that the root rank holds.
  ///
  /// A collective: the root has loaded a checkpoint, all others receive it.
  public func resume(at step: Int, from root: Int = 0) throws {
    let agreed = try communicator.broadcast(
      bytes: withUnsafeBytes(of: Int64(step)) { Array($0) }, from: root)
    let rootStep = agreed.withUnsafeBytes { Int($0.loadUnaligned(as: Int64.self)) }
    guard (0...totalSteps).contains(rootStep) else {
      throw TrainingError.foreignCheckpoint(
        phase: phase, step: rootStep, totalSteps: totalSteps)
    }
    for block in [parameters, momenta] {
      try block.withMutableElements { elements in
        try communicator.broadcast(UnsafeMutableRawBufferPointer(elements), from: root)
      }
    }
    if var words = records?.words {
      try words.withUnsafeMutableBytes { try communicator.broadcast($0, from: root) }
      records?.words = words
    }
    self.step = rootStep
  }
}

/// A pass's means over its subnets and the images of all ranks.
private typealias PassMeans = (loss: Double, labelLoss: Double, top1: Double)

extension TrainingPass.Choice {
  /// Where the chosen loss stands, the first of equals; a loss that is no number is chosen by neither, unless it is
  /// the first of all, so that the step finds it.
  func place(in losses: [Double]) -> Int {
    losses.indices.dropFirst().reduce(0) { best, place in
      let isBetter =
        switch self {
        case .lowestLoss: losses[place] < losses[best]
        case .highestLoss: losses[place] > losses[best]
        }
      return isBetter ? place : best
    }
  }
}
