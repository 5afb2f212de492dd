import Engine

/// Images and labels on their way into the network.
public struct LabelledImages {
  /// How many images.
  public let count: Int
  /// Dense [image][row][column][channel], normalised.
  public let pixels: UnsafeBufferPointer<Float>
  /// One class number an image.
  public let labels: [Int32]

  /// - Precondition: as many labels as images.
  public init(pixels: UnsafeBufferPointer<Float>, labels: [Int32]) {
    self.count = labels.count
    self.pixels = pixels
    self.labels = labels
  }
}

/// Runs subnets of one supernet: training passes with gradients, calibration and inference.
///
/// Which subnet runs is an argument of every pass, never a state. A subnet's pass gives the same bits as the
/// same network built narrow, for any number of threads, and for any run of whole shards in the batch.
///
///     training:     forward with each shard's own batch statistics -> loss -> backward, each shard's
///                   parameter gradient added into a block of its own
///     calibration:  forward with the batch's statistics, which are returned
///     inference:    forward with given statistics
public final class Executor {
  /// The network and its widths.
  public let space: SearchSpace
  /// Where each parameter lies in the flat block.
  public let layout: ParameterLayout
  let context: EngineContext
  let steps: ExecutionSteps
  private var storage = AlignedStorage<Float>(count: 0)
  private var convolutions: [Int: Convolution] = [:]
  private var depthwise: [Int: DepthwiseConvolution] = [:]
  private var pools: [Int: MaxPooling] = [:]
  private let classifier = FullyConnected()

  /// An executor for one supernet; it owns its working memory and serves one pass at a time.
  public init(space: SearchSpace, layout: ParameterLayout, context: EngineContext) {
    self.space = space
    self.layout = layout
    self.context = context
    steps = ExecutionSteps(space.architecture)
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
  }

  /// One forward and backward pass of one subnet.
  ///
  /// - Parameters:
  ///   - images: equal runs of images, one a shard.
  ///   - parameters: the full-width block.
  ///   - gradients: for each shard a full-width block, added to.
  ///   - lossScale: what an image's loss weighs in the gradient: the subnet's weight over the global batch.
  ///   - smoothing: label smoothing.
  /// - Returns: each shard's sums.
  public func train(
    _ subnet: Subnet, on images: LabelledImages, parameters: UnsafePointer<Float>,
    gradients: [UnsafeMutablePointer<Float>], lossScale: Double, smoothing: Double
  ) -> [LossSums] {
    let shapes = shapes(of: subnet, images: images.count)
    let schedule = Schedule.training(steps, shapes: shapes, shards: gradients.count)
    let pass = Pass(
      subnet: subnet, schedule: schedule, base: memory(schedule.memory.size),
      parameters: parameters)
    load(images, into: pass.map(schedule.values[0]))
    for index in steps.steps.indices {
      forward(index, pass, normalizing: .batch(shards: gradients.count))
    }
    guard let lossGradient = schedule.lossGradient else {
      preconditionFailure("a training schedule has a loss gradient")
    }
    let logits = pass.map(schedule.values[schedule.values.count - 1])
    let gradient = pass.map(lossGradient)
    gradient.clear()
    let sums = SoftmaxCrossEntropy(smoothing: smoothing).evaluate(
      logits, labels: images.labels, shards: gradients.count, gradient: gradient, scale: lossScale)
    for action in schedule.backward {
      switch action {
      case .copy(let source, let target): pass.map(source).copy(to: pass.map(target))
      case .accumulate(let source, let target):
        Elementwise.accumulate(pass.map(source), into: pass.map(target), in: context)
      case .step(let index, let outputGradient, let inputGradient):
        backward(
          index, pass, outputGradient: pass.map(outputGradient),
          inputGradient: inputGradient.map(pass.map), gradients: gradients)
      }
    }
    return sums
  }

  /// A forward pass with the batch's own statistics, for calibration.
  ///
  /// - Returns: the statistics of every batch normalisation, in network order.
  public func statistics(
    of subnet: Subnet, on images: LabelledImages, parameters: UnsafePointer<Float>
  ) -> [ChannelStatistics] {
    var found: [ChannelStatistics] = []
    _ = infer(subnet, images, parameters) { index, pass in
      found += forward(index, pass, normalizing: .batch(shards: 1))
    }
    return found
  }

  /// A forward pass with given statistics.
  ///
  /// - Parameter statistics: one for each batch normalisation, in network order.
  /// - Returns: the loss without smoothing and the hits, summed over the images.
  public func evaluate(
    _ subnet: Subnet, on images: LabelledImages, parameters: UnsafePointer<Float>,
    statistics: [ChannelStatistics]
  ) -> LossSums {
    var normalization = 0
    let logits = infer(subnet, images, parameters) { index, pass in
      forward(index, pass, normalizing: .given { statistics[normalization] })
      if case .batchNormalization = steps.steps[index].kind { normalization += 1 }
    }
    return SoftmaxCrossEntropy().evaluate(logits, labels: images.labels, shards: 1)[0]
  }

  private func infer(
    _ subnet: Subnet, _ images: LabelledImages, _ parameters: UnsafePointer<Float>,
    _ run: (Int, Pass) -> Void
  ) -> FeatureMap {
    let schedule = Schedule.inference(steps, shapes: shapes(of: subnet, images: images.count))
    let pass = Pass(
      subnet: subnet, schedule: schedule, base: memory(schedule.memory.size),
      parameters: parameters)
    load(images, into: pass.map(schedule.values[0]))
    for index in steps.steps.indices { run(index, pass) }
    return pass.map(schedule.values[schedule.values.count - 1])
  }

  private func memory(_ count: Int) -> AlignedStorage<Float> {
    if storage.count < count {
      storage = AlignedStorage(count: 0)
      storage = AlignedStorage(count: count)
    }
    return storage
  }

  private func shapes(of subnet: Subnet, images: Int) -> [FeatureMap.Shape] {
    steps.nodeOfValue.map { node in
      let full = space.architecture.outputShapes[node]
      return FeatureMap.Shape(
        images: images, height: full.height, width: full.width,
        channels: space.slice(ofOutput: node, in: subnet).count)
    }
  }

  private func load(_ images: LabelledImages, into map: FeatureMap) {
    precondition(
      images.pixels.count == map.shape.pixels * map.shape.channels,
      "the pixels fill the network's image")
    map.fill(fromDense: images.pixels, in: context)
  }
}

/// What the steps of one pass share.
struct Pass {
  let subnet: Subnet
  let schedule: Schedule
  let base: AlignedStorage<Float>
  let parameters: UnsafePointer<Float>

  func map(_ buffer: Schedule.Buffer) -> FeatureMap {
    FeatureMap(buffer.shape, in: base, at: buffer.place)
  }

  func state(ofStep index: Int, shards: Int, shape: FeatureMap.Shape) -> NormalizationState {
    guard let place = schedule.states[index] else {
      preconditionFailure("step \(index) is no batch normalisation")
    }
    return NormalizationState(in: base, at: place, shards: shards, shape: shape)
  }
}

/// Whose statistics a batch normalisation uses.
enum Normalizing {
  case batch(shards: Int)
  case given(() -> ChannelStatistics)
}

extension Executor {
  /// Runs one step; returns the statistics that it took, if any.
  @discardableResult
  func forward(_ index: Int, _ pass: Pass, normalizing: Normalizing) -> [ChannelStatistics] {
    let step = steps.steps[index]
    let input = pass.map(pass.schedule.values[step.inputs[0]])
    let output = pass.map(pass.schedule.values[step.output])
    switch step.kind {
    case .convolution:
      convolutions[index]?.forward(
        input, weights: weights(step, pass), filter: filter(step, pass), output: output,
        in: context)
    case .depthwiseConvolution:
      depthwise[index]?.forward(
        input, weights: weights(step, pass), fullChannels: fullChannels(step),
        channels: space.slice(ofOutput: step.node, in: pass.subnet), output: output, in: context)
    case .batchNormalization(let activation):
      return normalize(index, input, output, activation, pass, normalizing)
    case .add(let activation):
      Elementwise(activation: activation).add(
        input, pass.map(pass.schedule.values[step.inputs[1]]), output: output, in: context)
    case .activation(let activation):
      Elementwise(activation: activation).apply(input, output: output, in: context)
    case .maxPooling: pools[index]?.forward(input, output: output, in: context)
    case .globalAveragePooling: GlobalAveragePooling.forward(input, output: output, in: context)
    case .linear:
      classifier.forward(
        input, weights: weights(step, pass), bias: biases(step, pass), filter: filter(step, pass),
        output: output, in: context)
    }
    return []
  }

  private func normalize(
    _ index: Int, _ input: FeatureMap, _ output: FeatureMap, _ activation: FusedActivation,
    _ pass: Pass, _ normalizing: Normalizing
  ) -> [ChannelStatistics] {
    let step = steps.steps[index]
    let normalization = BatchNormalization(activation: activation)
    let statistics =
      switch normalizing {
      case .batch(let shards): normalization.statistics(of: input, shards: shards, in: context)
      case .given(let next): [next()]
      }
    normalization.forward(
      input, statistics: statistics, gamma: weights(step, pass), beta: biases(step, pass),
      channels: space.slice(ofOutput: step.node, in: pass.subnet),
      state: pass.state(ofStep: index, shards: statistics.count, shape: input.shape),
      output: output, in: context)
    return statistics
  }

  private func backward(
    _ index: Int, _ pass: Pass, outputGradient: FeatureMap, inputGradient: FeatureMap?,
    gradients: [UnsafeMutablePointer<Float>]
  ) {
    let step = steps.steps[index]
    let input = pass.map(pass.schedule.values[step.inputs[0]])
    let output = pass.map(pass.schedule.values[step.output])
    switch step.kind {
    case .convolution:
      guard let convolution = convolutions[index] else { return }
      let filter = filter(step, pass)
      convolution.backwardFilter(
        input, outputGradient, filter: filter, addingTo: weightGradients(step, gradients),
        in: context)
      guard let inputGradient else { return }
      convolution.backwardData(
        outputGradient, weights: weights(step, pass), filter: filter,
        inputGradient: inputGradient, in: context)
    case .depthwiseConvolution:
      guard let convolution = depthwise[index] else { return }
      let channels = space.slice(ofOutput: step.node, in: pass.subnet)
      convolution.backwardFilter(
        input, outputGradient, fullChannels: fullChannels(step), channels: channels,
        addingTo: weightGradients(step, gradients), in: context)
      guard let inputGradient else { return }
      convolution.backwardData(
        outputGradient, weights: weights(step, pass), fullChannels: fullChannels(step),
        channels: channels, inputGradient: inputGradient, in: context)
    case .batchNormalization(let activation):
      BatchNormalization(activation: activation).backward(
        input, gradient: outputGradient,
        state: pass.state(ofStep: index, shards: gradients.count, shape: input.shape),
        channels: space.slice(ofOutput: step.node, in: pass.subnet),
        addingTo: weightGradients(step, gradients), biasGradients(step, gradients), in: context)
    case .add(let activation), .activation(let activation):
      Elementwise(activation: activation).backward(
        gradient: outputGradient, output: output, result: outputGradient, in: context)
    case .maxPooling:
      guard let inputGradient else { return }
      pools[index]?.backward(
        input, output: output, gradient: outputGradient, inputGradient: inputGradient, in: context)
    case .globalAveragePooling:
      guard let inputGradient else { return }
      GlobalAveragePooling.backward(outputGradient, inputGradient: inputGradient, in: context)
    case .linear:
      let filter = filter(step, pass)
      classifier.backwardFilter(
        input, outputGradient, filter: filter, addingTo: weightGradients(step, gradients),
        biasGradients(step, gradients), in: context)
      guard let inputGradient else { return }
      classifier.backwardData(
        outputGradient, weights: weights(step, pass), filter: filter,
        inputGradient: inputGradient, in: context)
    }
  }

  private func filter(_ step: ExecutionStep, _ pass: Pass) -> FilterView {
    let node = space.architecture.nodes[step.node]
    let kernel =
      if case .convolution(let kernel, _) = step.kind { kernel } else { 1 }
    return FilterView(
      kernel: kernel, fullInputs: space.architecture.outputShapes[node.inputs[0]].channels,
      fullOutputs: fullChannels(step),
      inputs: space.slice(ofInput: step.node, in: pass.subnet),
      outputs: space.slice(ofOutput: step.node, in: pass.subnet))
  }

  private func fullChannels(_ step: ExecutionStep) -> Int {
    space.architecture.outputShapes[step.node].channels
  }

  private func weights(_ step: ExecutionStep, _ pass: Pass) -> UnsafePointer<Float> {
    pass.parameters + layout.weight(ofNode: step.node).range.lowerBound
  }

  private func biases(_ step: ExecutionStep, _ pass: Pass) -> UnsafePointer<Float> {
    pass.parameters + layout.bias(ofNode: step.node).range.lowerBound
  }

  private func weightGradients(
    _ step: ExecutionStep, _ gradients: [UnsafeMutablePointer<Float>]
  ) -> [UnsafeMutablePointer<Float>] {
    gradients.map { $0 + layout.weight(ofNode: step.node).range.lowerBound }
  }

  private func biasGradients(
    _ step: ExecutionStep, _ gradients: [UnsafeMutablePointer<Float>]
  ) -> [UnsafeMutablePointer<Float>] {
    gradients.map { $0 + layout.bias(ofNode: step.node).range.lowerBound }
  }
}
