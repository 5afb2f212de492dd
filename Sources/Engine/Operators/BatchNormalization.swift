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
  let inverseDeviation: UnsafeMutablePointer<Double>

  /// Floats that one batch normalisation needs.
  public static func size(shards: Int, shape: FeatureMap.Shape) -> Int {
    shards * shape.pixelStride * 5
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
    inverseDeviation = UnsafeMutableRawPointer(memory + 3 * rows).bindMemory(
      to: Double.self, capacity: rows)
  }
}

/// Batch normalisation over images and pixels, with the activation behind it (Ioffe and Szegedy 2015).
///
/// The variance is the biased one and epsilon is 1e-5, as in PyTorch. Every logical shard (an equal run of the
/// batch's images) has statistics of its own: taken chunk by chunk in single precision and joined in double
/// precision in the order of the chunks, which depends on the shape alone.
public struct BatchNormalization: Sendable {
  /// Added to the variance.
  public static let epsilon = 1e-5
  /// What follows.
  public let activation: FusedActivation

  /// Batch normalisation with this activation behind it.
  public init(activation: FusedActivation) {
    self.activation = activation
  }

  /// Each shard's statistics of `input`.
  public func statistics(
    of input: FeatureMap, shards: Int, in context: EngineContext
  ) -> [ChannelStatistics] {
    let chunks = ChunkPlan(input.shape, shards: shards)
    let kernels = context.kernels
    let row = input.shape.pixelStride
    let partial = context.scratch(.chunks, chunks.count * 2 * row)
    context.threads.forEach(chunks.count) { index in
      let chunk = chunks[index]
      kernels.chunkMoments(
        input.elements + chunk.start * row, chunk.count, row, partial + index * 2 * row,
        partial + (index * 2 + 1) * row)
    }
    return (0..<shards).map { shard in
      var result = ChannelStatistics(
        mean: Array(repeating: 0, count: input.shape.channels),
        variance: Array(repeating: 0, count: input.shape.channels))
      let pixels = Double(chunks.pixelsPerShard)
      for index in chunks.indices(ofShard: shard) {
        let share = Double(chunks[index].count) / pixels
        let means = partial + index * 2 * row
        for channel in 0..<input.shape.channels {
          result.mean[channel] += share * Double(means[channel])
        }
      }
      for index in chunks.indices(ofShard: shard) {
        let share = Double(chunks[index].count) / pixels
        let means = partial + index * 2 * row
        for channel in 0..<input.shape.channels {
          let offset = Double(means[channel]) - result.mean[channel]
          result.variance[channel] +=
            Double((means + row)[channel]) / pixels + share * offset * offset
        }
      }
      return result
    }
  }

  /// Normalises every shard with its statistics, scales, shifts and activates.
  ///
  /// - Parameters:
  ///   - statistics: one for each shard, or one for all.
  ///   - gamma, beta: one value for each of the full layer's channels.
  ///   - channels: the slice of them that `input` holds.
  ///   - state: filled for the backward pass.
  public func forward(
    _ input: FeatureMap, statistics: [ChannelStatistics], gamma: UnsafePointer<Float>,
    beta: UnsafePointer<Float>, channels: ChannelSlice, state: NormalizationState,
    output: FeatureMap, in context: EngineContext
  ) {
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
    let chunks = ChunkPlan(input.shape, shards: statistics.count)
    let kernels = context.kernels
    context.threads.forEach(chunks.count) { index in
      let chunk = chunks[index]
      let offset = chunks.shard(of: index) * row
      kernels.scaleShiftActivate(
        input.elements + chunk.start * row, chunk.count, row, state.scale + offset,
        state.shift + offset, activation.rawValue, output.elements + chunk.start * row)
    }
  }

  /// Carries the gradient back through the activation and the batch statistics.
  ///
  /// - Parameters:
  ///   - input: what `forward` was given.
  ///   - outputGradient: overwritten with the gradient of `input`.
  ///   - gammaGradients, betaGradients: for each shard, where the full layer's gradients start; added to.
  public func backward(
    _ input: FeatureMap, gradient outputGradient: FeatureMap, state: NormalizationState,
    channels: ChannelSlice, addingTo gammaGradients: [UnsafeMutablePointer<Float>],
    _ betaGradients: [UnsafeMutablePointer<Float>], in context: EngineContext
  ) {
    let shards = gammaGradients.count
    let chunks = ChunkPlan(input.shape, shards: shards)
    let kernels = context.kernels
    let row = input.shape.pixelStride
    let partial = context.scratch(.chunks, chunks.count * 2 * row)
    context.threads.forEach(chunks.count) { index in
      let chunk = chunks[index]
      let offset = chunks.shard(of: index) * row
      kernels.chunkGradientSums(
        outputGradient.elements + chunk.start * row, input.elements + chunk.start * row,
        chunk.count, row, state.scale + offset, state.shift + offset, state.mean + offset,
        activation.rawValue, partial + index * 2 * row, partial + (index * 2 + 1) * row)
    }
    let coefficients = context.scratch(.channels, shards * 2 * row)
    let full = channels.channels
    for shard in 0..<shards {
      let slope = coefficients + shard * 2 * row
      (slope).update(repeating: 0, count: 2 * row)
      for lane in 0..<full.count {
        var (sum, product) = (0.0, 0.0)
        for index in chunks.indices(ofShard: shard) {
          sum += Double(partial[index * 2 * row + lane])
          product += Double(partial[(index * 2 + 1) * row + lane])
        }
        let place = shard * row + lane
        let inverse = state.inverseDeviation[place]
        let scale = Double(state.scale[place]) / Double(chunks.pixelsPerShard)
        slope[lane] = Float(-scale * inverse * inverse * product)
        slope[row + lane] = Float(-scale * sum)
        gammaGradients[shard][full[lane]] += Float(product * inverse)
        betaGradients[shard][full[lane]] += Float(sum)
      }
    }
    context.threads.forEach(chunks.count) { index in
      let chunk = chunks[index]
      let shard = chunks.shard(of: index)
      let gradient = outputGradient.elements + chunk.start * row
      kernels.normalizationGradient(
        gradient, input.elements + chunk.start * row, chunk.count, row, state.scale + shard * row,
        state.shift + shard * row, state.mean + shard * row, coefficients + shard * 2 * row,
        coefficients + (shard * 2 + 1) * row, activation.rawValue, gradient)
    }
  }
}

/// Cuts every shard's pixels into chunks that stay in the second-level cache.
struct ChunkPlan {
  let pixelsPerShard, chunkPixels, chunksPerShard, count: Int

  init(_ shape: FeatureMap.Shape, shards: Int) {
    precondition(shape.images % shards == 0, "every shard has as many images")
    pixelsPerShard = shape.pixels / shards
    chunkPixels = max(16, 16_384 / shape.pixelStride)
    chunksPerShard = (pixelsPerShard + chunkPixels - 1) / chunkPixels
    count = chunksPerShard * shards
  }

  func shard(of index: Int) -> Int { index / chunksPerShard }

  func indices(ofShard shard: Int) -> Range<Int> {
    shard * chunksPerShard..<(shard + 1) * chunksPerShard
  }

  /// The first pixel and the number of pixels of a chunk.
  subscript(index: Int) -> (start: Int, count: Int) {
    let first = index % chunksPerShard * chunkPixels
    return (
      shard(of: index) * pixelsPerShard + first, min(chunkPixels, pixelsPerShard - first)
    )
  }
}
