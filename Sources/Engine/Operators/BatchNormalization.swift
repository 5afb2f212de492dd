/// Mean and biased variance of every channel over the images and pixels of one shard.
public struct ChannelStatistics: Hashable, Sendable {
  /// One value a channel.
  public var mean, variance: [Double]

  /// Statistics of as many channels as both lists have.
  public init(mean: [Double], variance: [Double]) {
    precondition(mean.count == variance.count, "one mean and one variance a channel")
    self.mean = mean
    self.variance = variance
  }
}

/// What a forward pass keeps for the backward pass: rows of [shards][pixel stride].
public struct NormalizationState: @unchecked Sendable {
  let scale, shift, mean: UnsafeMutablePointer<Float>
  /// What the backward pass finds before it carries gradients on.
  let slope, offset: UnsafeMutablePointer<Float>
  let inverseDeviation: UnsafeMutablePointer<Double>

  /// Floats that one batch normalisation needs.
  public static func size(shards: Int, shape: FeatureMap.Shape) -> Int {
    shards * shape.pixelStride * 7
  }

  /// State at a place of at least `size` floats.
  public init(
    in storage: AlignedStorage<Float>, at place: MemoryPlan.Place, shards: Int,
    shape: FeatureMap.Shape
  ) {
    precondition(
      place.count >= Self.size(shards: shards, shape: shape), "the place is smaller than the state")
    let memory = storage.pointer + place.start
    let rows = shards * shape.pixelStride
    scale = memory
    shift = memory + rows
    mean = memory + 2 * rows
    slope = memory + 3 * rows
    offset = memory + 4 * rows
    inverseDeviation = UnsafeMutableRawPointer(memory + 5 * rows).bindMemory(
      to: Double.self, capacity: rows)
  }
}

/// Batch normalisation over images and pixels, with the activation behind it (Ioffe and Szegedy 2015).
///
/// The variance is the biased one and epsilon is 1e-5, as in PyTorch. Every logical shard (an equal run of the
/// batch's images) has statistics of its own: taken chunk by chunk in single precision and joined in double
/// precision in the order of the chunks, which depends on the shape alone.
///
/// It writes no map: its readers apply it (`Operand`), and whoever reads a gradient behind it first carries the
/// gradient through it (`GradientOperand`).
public struct BatchNormalization: Sendable {
  /// Added to the variance.
  public static let epsilon = 1e-5
  /// What follows.
  public let activation: FusedActivation

  /// Batch normalisation with this activation behind it.
  public init(activation: FusedActivation) {
    self.activation = activation
  }

  /// Each shard's statistics of a map, for maps whose writer has not taken them.
  public static func statistics(
    of input: FeatureMap, shards: Int, in context: EngineContext
  ) -> [ChannelStatistics] {
    let moments = ChunkMoments(input.shape, in: context)
    context.threads.forEach(moments.plan.count) { chunk in
      moments.take(chunk, of: input, floats: 0..<input.shape.pixelStride)
    }
    return moments.statistics(shards: shards, in: context)
  }

  /// What readers of `input` apply to it: every shard is normalised, scaled, shifted and activated.
  ///
  /// - Parameters:
  ///   - statistics: one for each shard, or one for all.
  ///   - gamma, beta: one value for each of the full layer's channels.
  ///   - channels: the slice of them that `input` holds.
  ///   - state: filled for the readers and for the backward pass.
  public func forward(
    _ input: FeatureMap, statistics: [ChannelStatistics], gamma: UnsafePointer<Float>,
    beta: UnsafePointer<Float>, channels: ChannelSlice, state: NormalizationState
  ) -> Operand {
    let row = input.shape.pixelStride
    let full = channels.channels
    precondition(full.count == input.shape.channels, "feature map and slice agree")
    for (shard, moments) in statistics.enumerated() {
      for lane in 0..<row {
        let place = shard * row + lane
        guard lane < full.count else {
          (state.scale[place], state.shift[place], state.mean[place]) = (0, 0, 0)
          state.inverseDeviation[place] = 0
          continue
        }
        let inverse = 1 / (moments.variance[lane] + Self.epsilon).squareRoot()
        let scale = Double(gamma[full[lane]]) * inverse
        state.inverseDeviation[place] = inverse
        state.mean[place] = Float(moments.mean[lane])
        state.scale[place] = Float(scale)
        state.shift[place] = Float(Double(beta[full[lane]]) - moments.mean[lane] * scale)
      }
    }
    return Operand(
      input,
      pending: PendingNormalization(
        scale: state.scale, shift: state.shift, shards: statistics.count, activation: activation))
  }

  /// The sums over the gradient behind it that its backward pass starts from.
  ///
  /// - Parameters:
  ///   - input: what `forward` was given.
  ///   - state: what it filled.
  ///   - shards: equal runs of images with sums of their own.
  public func gradientSums(
    of input: FeatureMap, state: NormalizationState, shards: Int, in context: EngineContext
  ) -> NormalizationGradientSums {
    NormalizationGradientSums(
      input, state: state, activation: activation, shards: shards, in: context)
  }

  /// Finds what carries the gradient back through the activation and the batch statistics.
  ///
  /// - Parameters:
  ///   - input: what `forward` was given.
  ///   - result: where the result's first reader puts the gradient of `input`; may be `outputGradient`.
  ///   - gammaGradients, betaGradients: where the full layer's gradients go.
  ///   - taken: the sums, where the writer of `outputGradient` has taken them.
  public func backward(
    _ input: FeatureMap, gradient outputGradient: FeatureMap, result: FeatureMap,
    state: NormalizationState, channels: ChannelSlice,
    gammaGradients: ParameterGradients, betaGradients: ParameterGradients,
    sums taken: NormalizationGradientSums? = nil,
    in context: EngineContext
  ) -> GradientOperand {
    let shards = gammaGradients.shards
    precondition(betaGradients.shards == shards, "every shard has both gradients")
    let row = input.shape.pixelStride
    let sums = taken ?? gradientSums(of: input, state: state, shards: shards, in: context)
    if taken == nil {
      context.threads.forEach(sums.plan.count) { chunk in
        sums.take(chunk, of: outputGradient, floats: 0..<row)
      }
    }
    let joined = sums.joined(in: context)
    let full = channels.channels
    let pixels = Double(input.shape.pixels / shards)
    for shard in 0..<shards {
      (state.slope + shard * row).update(repeating: 0, count: row)
      (state.offset + shard * row).update(repeating: 0, count: row)
      for lane in 0..<full.count {
        let (sum, product) = (
          joined[shard * 2 * row + lane], joined[(shard * 2 + 1) * row + lane]
        )
        let place = shard * row + lane
        let inverse = state.inverseDeviation[place]
        let scale = Double(state.scale[place]) / pixels
        state.slope[place] = Float(-scale * inverse * inverse * product)
        state.offset[place] = Float(-scale * sum)
        gammaGradients.write(Float(product * inverse), at: full[lane], ofShard: shard)
        betaGradients.write(Float(sum), at: full[lane], ofShard: shard)
      }
    }
    return GradientOperand(
      result,
      pending: PendingNormalizationGradient(
        gradient: outputGradient, input: input, state: state, shards: shards, activation: activation
      ))
  }
}

/// What a batch normalisation's backward pass must know of the whole gradient behind it: for every channel and shard
/// the sum of the gradient in front of the activation, and of it times the deviation from the mean.
///
/// Whoever writes the gradient may take them while a chunk is in cache.
public struct NormalizationGradientSums: ChunkObserver, @unchecked Sendable {
  let plan: ChunkPlan
  var readsAnotherMap: Bool { true }
  private let input: FeatureMap
  private let state: NormalizationState
  private let activation: FusedActivation
  private let shards: Int
  private let partial: UnsafeMutablePointer<Float>
  private let kernels: KernelSet

  fileprivate init(
    _ input: FeatureMap, state: NormalizationState, activation: FusedActivation, shards: Int,
    in context: EngineContext
  ) {
    precondition(input.shape.images % shards == 0, "every shard has as many images")
    plan = ChunkPlan(input.shape)
    self.input = input
    self.state = state
    self.activation = activation
    self.shards = shards
    partial = context.scratch(.gradientSums, plan.count * 2 * input.shape.pixelStride)
    kernels = context.kernels
  }

  func take(_ chunk: Int, _ gradient: UnsafePointer<Float>, stride: Int, floats: Range<Int>) {
    let row = input.shape.pixelStride
    let pixels = plan.pixels(of: chunk)
    let first = pixels.start * row + floats.lowerBound
    let offset =
      input.shape.shard(ofImage: plan.image(of: chunk), of: shards) * row + floats.lowerBound
    let sums = partial + chunk * 2 * row + floats.lowerBound
    kernels.chunkGradientSums(
      gradient, stride, input.elements + first, pixels.count, row, floats.count,
      state.scale + offset, state.shift + offset, state.mean + offset, activation.rawValue, sums,
      sums + row)
  }

  /// Sums and products of every shard, [shards][2][pixel stride], joined in the order of the chunks.
  fileprivate func joined(in context: EngineContext) -> [Double] {
    let row = input.shape.pixelStride
    var joined = [Double](repeating: 0, count: shards * 2 * row)
    joined.withUnsafeMutableBufferPointer { memory in
      guard let start = memory.baseAddress else { return }
      let groups = 2 * row / 16
      nonisolated(unsafe) let totals = start
      context.threads.forEach(shards * groups) { job in
        let (shard, first) = (job / groups, job % groups * 16)
        let total = totals + shard * 2 * row + first
        for chunk in plan.chunks(ofShard: shard, of: shards) {
          let found = partial + chunk * 2 * row + first
          for lane in 0..<16 { total[lane] += Double(found[lane]) }
        }
      }
    }
    return joined
  }
}
