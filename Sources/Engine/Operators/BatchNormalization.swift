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

  /// Finds what carries the gradient back through the activation and the batch statistics.
  ///
  /// - Parameters:
  ///   - input: what `forward` was given.
  ///   - result: where the result's first reader puts the gradient of `input`; may be `outputGradient`.
  ///   - gammaGradients, betaGradients: for each shard, where the full layer's gradients start; added to.
  public func backward(
    _ input: FeatureMap, gradient outputGradient: FeatureMap, result: FeatureMap,
    state: NormalizationState, channels: ChannelSlice,
    addingTo gammaGradients: [UnsafeMutablePointer<Float>],
    _ betaGradients: [UnsafeMutablePointer<Float>], in context: EngineContext
  ) -> GradientOperand {
    let shards = gammaGradients.count
    let chunks = ChunkPlan(input.shape)
    precondition(input.shape.images % shards == 0, "every shard has as many images")
    let kernels = context.kernels
    let row = input.shape.pixelStride
    let partial = context.scratch(.chunks, chunks.count * 2 * row)
    context.threads.forEach(chunks.count) { chunk in
      let pixels = chunks.pixels(of: chunk)
      let offset = input.shape.shard(ofImage: chunks.image(of: chunk), of: shards) * row
      kernels.chunkGradientSums(
        outputGradient.elements + pixels.start * row, input.elements + pixels.start * row,
        pixels.count, row, state.scale + offset, state.shift + offset, state.mean + offset,
        activation.rawValue, partial + chunk * 2 * row, partial + (chunk * 2 + 1) * row)
    }
    let full = channels.channels
    let pixels = Double(input.shape.pixels / shards)
    for shard in 0..<shards {
      (state.slope + shard * row).update(repeating: 0, count: row)
      (state.offset + shard * row).update(repeating: 0, count: row)
      var sums = [Double](repeating: 0, count: 2 * row)
      for chunk in chunks.chunks(ofShard: shard, of: shards) {
        let found = partial + chunk * 2 * row
        for place in 0..<2 * row { sums[place] += Double(found[place]) }
      }
      for lane in 0..<full.count {
        let (sum, product) = (sums[lane], sums[row + lane])
        let place = shard * row + lane
        let inverse = state.inverseDeviation[place]
        let scale = Double(state.scale[place]) / pixels
        state.slope[place] = Float(-scale * inverse * inverse * product)
        state.offset[place] = Float(-scale * sum)
        gammaGradients[shard][full[lane]] += Float(product * inverse)
        betaGradients[shard][full[lane]] += Float(sum)
      }
    }
    return GradientOperand(
      result,
      pending: PendingNormalizationGradient(
        gradient: outputGradient, input: input, state: state, shards: shards, activation: activation
      ))
  }
}
