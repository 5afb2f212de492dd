import Engine

/// Runs subnets of one supernet: training passes with gradients, calibration and inference.
///
/// Which subnet runs is an argument of every pass, never a state. A subnet's pass gives the same bits as the
/// same network built narrow, for any number of threads, and for any run of whole shards in the batch.
///
///     training:     forward with each shard's own batch statistics -> loss -> backward, each shard's
///                   parameter gradient into a block of its own
///     calibration:  forward with the batch's statistics, which are returned
///     inference:    forward with given statistics
public final class Executor {
  /// The network and its widths.
  public let space: SearchSpace
  /// Where each parameter lies in the flat block.
  public let layout: ParameterLayout
  /// Takes the time of every layer in training, where somebody wants to know.
  public var profile: ExecutionProfile?
  let context: EngineContext
  let steps: ExecutionSteps
  /// For each step, what an inference pass takes in one operator from there on.
  package let fused: [FusedSteps?]
  /// Whether all that reads the image can read it without padding, which is most of a pixel of one or three channels.
  package let imageIsDense: Bool
  private var storage = AlignedStorage<Float>(count: 0)
  private(set) var convolutions: [Int: Convolution] = [:]
  private(set) var depthwise: [Int: DepthwiseConvolution] = [:]
  private(set) var pools: [Int: MaxPooling] = [:]
  let classifier = FullyConnected()

  /// An executor for one supernet; it owns its working memory and serves one pass at a time.
  public init(space: SearchSpace, layout: ParameterLayout, context: EngineContext) {
    self.space = space
    self.layout = layout
    self.context = context
    steps = ExecutionSteps(space.architecture)
    fused = FusedSteps.all(of: steps)
    for (index, step) in steps.steps.enumerated() {
      switch step.kind {
      case .convolution(let kernel, let stride):
        convolutions[index] = Convolution(kernel: kernel, stride: stride)
      case .depthwiseConvolution(let kernel, let stride):
        depthwise[index] = DepthwiseConvolution(kernel: kernel, stride: stride)
      case .maxPooling(let kernel, let stride):
        pools[index] = MaxPooling(kernel: kernel, stride: stride)
      case .batchNormalization, .add, .activation, .globalAveragePooling, .linear: break
      }
    }
    imageIsDense = steps.steps.indices.allSatisfy { [steps, convolutions] in
      !steps.steps[$0].inputs.contains(0)
        || convolutions[$0]?.readsDense(channels: space.architecture.channels) ?? false
    }
  }

  /// One forward and backward pass of one subnet.
  ///
  /// - Parameters:
  ///   - images: equal runs of images, one a shard.
  ///   - parameters: the full-width block.
  ///   - gradients: where the gradients of all parameters go, in the order of the layout.
  ///   - lossScale: what an image's loss weighs in the gradient: the subnet's weight over the global batch.
  ///   - smoothing: label smoothing.
  ///   - teacher: predictions for the same images that the loss compares with instead of the labels.
  /// - Returns: each shard's sums, and the logits, which lie in the executor's memory until its next pass.
  public func train(
    _ subnet: Subnet, on images: LabelledImages, parameters: UnsafePointer<Float>,
    gradients: ParameterGradients, lossScale: Double, smoothing: Double,
    teacher: Predictions? = nil
  ) -> (sums: [LossSums], logits: FeatureMap) {
    let shapes = shapes(of: subnet, images: images)
    let schedule = Schedule.training(steps, shapes: shapes, shards: gradients.shards)
    let pass = Pass(
      subnet: subnet, schedule: schedule, base: memory(schedule.memory.size),
      parameters: parameters)
    load(images, into: pass.map(schedule.values[0]))
    for index in steps.steps.indices {
      measured(index, backward: false) {
        forward(index, pass, normalizing: .batch(shards: gradients.shards))
      }
    }
    guard let lossGradient = schedule.lossGradient else {
      preconditionFailure("a training schedule has a loss gradient")
    }
    let logits = pass.map(schedule.values[schedule.values.count - 1])
    let gradient = pass.map(lossGradient)
    gradient.clear()
    let sums = SoftmaxCrossEntropy(smoothing: smoothing).evaluate(
      logits, labels: images.labels, shards: gradients.shards, teacher: teacher, gradient: gradient,
      scale: lossScale)
    for action in schedule.backward {
      switch action {
      case .copy(let source, let target): pass.map(source).copy(to: pass.map(target))
      case .accumulate(let source, let target):
        Elementwise.accumulate(pass.map(source), into: pass.map(target), in: context)
      case .step(let index, let outputGradient, let inputGradient):
        measured(index, backward: true) {
          backward(
            index, pass, outputGradient: pass.map(outputGradient),
            inputGradient: inputGradient.map(pass.map), gradients: gradients)
        }
      }
    }
    return (sums, logits)
  }

  /// A forward pass as in training, without gradients: what `train` would find against the labels.
  ///
  /// - Returns: each shard's sums.
  public func loss(
    of subnet: Subnet, on images: LabelledImages, parameters: UnsafePointer<Float>, shards: Int,
    smoothing: Double
  ) -> [LossSums] {
    let logits = forwardOnly(subnet, images, parameters, shards: shards) { index, pass in
      forward(index, pass, normalizing: .batch(shards: shards))
      return index + 1
    }
    return SoftmaxCrossEntropy(smoothing: smoothing).evaluate(
      logits, labels: images.labels, shards: shards)
  }

  /// A forward pass with the batch's own statistics, for calibration.
  ///
  /// - Parameters:
  ///   - memory: where the pass begins, and what it remembers for others.
  ///   - weights: the subnet's packed weights, opened since the parameters changed.
  /// - Returns: the statistics of every batch normalisation behind the pass's beginning, in network order.
  public func statistics(
    of subnet: Subnet, on images: LabelledImages, parameters: UnsafePointer<Float>,
    remembering memory: PrefixCache.Pass? = nil, keeping weights: SubnetWeights? = nil
  ) -> [ChannelStatistics] {
    var found: [ChannelStatistics] = []
    _ = forwardOnly(subnet, images, parameters, remembering: memory, keeping: weights) {
      index, pass in
      found += forward(index, pass, normalizing: .batch(shards: 1))
      return index + 1
    }
    return found
  }

  /// A forward pass with given statistics.
  ///
  /// - Parameters:
  ///   - statistics: one for each batch normalisation, in network order.
  ///   - memory: where the pass begins, and what it remembers for others.
  ///   - weights: the subnet's packed weights, opened since the parameters changed.
  /// - Returns: the loss without smoothing and the hits, summed over the images.
  public func evaluate(
    _ subnet: Subnet, on images: LabelledImages, parameters: UnsafePointer<Float>,
    statistics: [ChannelStatistics], remembering memory: PrefixCache.Pass? = nil,
    keeping weights: SubnetWeights? = nil
  ) -> LossSums {
    let logits = forwardOnly(subnet, images, parameters, remembering: memory, keeping: weights) {
      index, pass in
      infer(from: index, pass, statistics: statistics, remembering: memory)
    }
    return SoftmaxCrossEntropy().evaluate(logits, labels: images.labels, shards: 1)[0]
  }

  /// A pass without gradients, from the images or from what is remembered.
  ///
  /// - Parameter run: runs a step, or some; returns the next.
  private func forwardOnly(
    _ subnet: Subnet, _ images: LabelledImages, _ parameters: UnsafePointer<Float>,
    shards: Int = 1, remembering prefix: PrefixCache.Pass? = nil,
    keeping weights: SubnetWeights? = nil, _ run: (Int, Pass) -> Int
  ) -> FeatureMap {
    let schedule = Schedule.inference(
      steps, fused: fused, shapes: shapes(of: subnet, images: images), shards: shards)
    let pass = Pass(
      subnet: subnet, schedule: schedule, base: memory(schedule.memory.size),
      parameters: parameters, keeping: weights)
    var next = 0
    if let (cut, remembered) = prefix?.start() {
      remembered.map.copy(to: pass.map(schedule.values[cut.value]))
      pass.statistics[cut.value] = remembered.statistics
      next = cut.step
    } else {
      load(images, into: pass.map(schedule.values[0]))
    }
    while next < steps.steps.count {
      prefix?.remember(before: next, pass)
      next = run(next, pass)
    }
    return pass.map(schedule.values[schedule.values.count - 1])
  }

  private func measured(_ index: Int, backward: Bool, _ body: () -> Void) {
    guard let profile else { return body() }
    profile.measure(
      steps.steps[index].node, of: space.architecture, backward: backward, body)
  }

  private func memory(_ count: Int) -> AlignedStorage<Float> {
    if storage.count < count {
      storage = AlignedStorage(count: 0)
      storage = AlignedStorage(count: count)
    }
    return storage
  }

  private func shapes(of subnet: Subnet, images: LabelledImages) -> [FeatureMap.Shape] {
    let shapes = space.architecture.outputShapes(shrunkBy: images.shrunkBy)
    return steps.nodeOfValue.enumerated().map { value, node in
      let full = shapes[node]
      return FeatureMap.Shape(
        images: images.count, height: full.height, width: full.width,
        channels: space.slice(ofOutput: node, in: subnet).count,
        isDense: value == 0 && imageIsDense)
    }
  }

  private func load(_ images: LabelledImages, into map: FeatureMap) {
    precondition(
      images.pixels.count == map.shape.pixels * map.shape.channels,
      "the pixels fill the network's image")
    map.fill(fromDense: images.pixels, in: context)
  }
}
