import Cluster
import Datasets
import Engine
import Randomness
import Supernet
import Training

/// A training that takes milliseconds: every kind of layer, four shards of two 8x8 images.
///
/// Shards and batch are powers of two, so that a mean over them is exact and tests can compare bits.
struct SmallTraining: Sendable {
  static let seed: UInt64 = 11
  static let images = SyntheticImages(
    shape: ImageShape(channels: 3, height: 8, width: 8), classes: 8, count: 52, seed: seed)
  static let normalization = Normalization(mean: [0.5, 0.4, 0.6], deviation: [0.25, 0.3, 0.2])

  var method = TrainingMethod(.bcnet)
  var rules = WidthRules(cut: .equal(bins: 4))
  var kernels = KernelChoice.auto
  var shards = 4
  var globalBatch = 8
  var optimizer = MomentumSGD(momentum: 0.9, nesterov: true)
  var decaysNormalization = false
  var temperature = 1.0
  var smallImages: TrainingRecipe.SmallImages?
  var schedule = LearningRateSchedule(
    peak: 0.125, warmupSteps: 2, totalSteps: 6, curve: .linear(final: 0.0625))
  /// The second half of the steps, and fewer losses than these bring to most widths.
  var recording: LossRecords.Settings? = LossRecords.Settings(kept: 2, part: 0.5)

  /// Two width groups: "stem" over a depthwise layer and a sum, and "head".
  func space() throws -> SearchSpace {
    var graph = ArchitectureBuilder(
      name: "small", image: FeatureShape(channels: 3, height: 8, width: 8), classes: 8)
    graph.convolution("stem", outputs: 8, kernel: 3)
    graph.batchNormalization("stem.bn")
    let shortcut = graph.activation("stem.relu")
    graph.depthwiseConvolution("depthwise", kernel: 3)
    graph.batchNormalization("depthwise.bn")
    graph.activation("depthwise.relu6", .relu6)
    graph.convolution("pointwise", outputs: 8, kernel: 1)
    graph.add("sum", shortcut, graph.batchNormalization("pointwise.bn"))
    graph.activation("sum.relu")
    graph.maxPooling("pool", kernel: 3, stride: 2)
    graph.convolution("head", outputs: 12, kernel: 3, stride: 2)
    graph.batchNormalization("head.bn")
    graph.activation("head.relu")
    let network = try graph.classified(pooling: "mean", by: "classifier")
    return try method.scheme.space(network, ranges: rules.ranges(of: network))
  }

  static func context(_ kernels: KernelChoice = .auto, threads: Int = 1) throws -> EngineContext {
    EngineContext(kernels: try .select(kernels), threads: ThreadPool(threads: threads))
  }

  var recipe: TrainingRecipe {
    TrainingRecipe(
      globalBatch: globalBatch, shards: shards, schedule: schedule, optimizer: optimizer,
      weightDecay: 0.01, decaysNormalization: decaysNormalization, labelSmoothing: 0.1,
      temperature: temperature, smallImages: smallImages)
  }

  func plan() throws -> TrainingPlan {
    let space = try self.space()
    return TrainingPlan(
      space: space, sharing: method.scheme.sharing, sampler: try method.sampler(space, Self.seed),
      seed: Self.seed)
  }

  func loader(shards owned: Range<Int>) throws -> TrainingLoader {
    try TrainingLoader(
      dataset: Self.images, indices: Array(0..<Self.images.count),
      augmentation: Augmentation(pad: 1, flip: true), normalization: Self.normalization,
      seed: Self.seed, globalBatch: globalBatch, shards: shards, ownedShards: owned, workers: 1,
      onDamage: .stop)
  }

  func trainer(_ communicator: any Communicator, threads: Int = 1) throws -> Trainer {
    let assignment = try ShardAssignment(shards: shards, ranks: communicator.size)
    return try Trainer(
      phase: "supernet", space: try space(), plan: try plan(), recipe: recipe,
      seed: Self.seed, recording: recording,
      loader: try loader(shards: assignment.shards(of: communicator.rank)),
      communicator: communicator, context: try Self.context(kernels, threads: threads))
  }

  /// Runs `body` with a trainer on every rank; gives what each rank returned.
  func run<Result: Sendable>(
    ranks: Int = 1, threads: Int = 1, _ body: @escaping @Sendable (Trainer) throws -> Result
  ) throws -> [Result] {
    try InProcessCluster.run(ranks: ranks, deadline: .seconds(60)) { communicator in
      try body(try trainer(communicator, threads: threads))
    }
  }
}
