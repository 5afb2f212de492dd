/// The gradient of a map as the backward pass reads it: as it lies in memory, or behind a batch normalisation
/// whose gradient its first reader carries out, in place.
public struct GradientOperand: Sendable {
  /// What lies in memory.
  public let map: FeatureMap
  /// What the first reader does to it, if anything.
  public let pending: PendingNormalizationGradient?

  /// A gradient, and what its first reader does to it.
  public init(_ map: FeatureMap, pending: PendingNormalizationGradient? = nil) {
    self.map = map
    self.pending = pending
  }

  /// The size of the map.
  public var shape: FeatureMap.Shape { map.shape }

  /// Carries out what is pending, for readers that know nothing of it.
  public func resolve(in context: EngineContext) {
    guard pending != nil else { return }
    let chunks = ChunkPlan(shape)
    context.threads.forEach(chunks.count) { chunk in
      resolve(
        image: chunks.image(of: chunk), rows: chunks.rows(of: chunk), kernels: context.kernels)
    }
  }

  /// Carries out what is pending for some rows of an image; every row exactly once.
  func resolve(image: Int, rows: Range<Int>, kernels: KernelSet) {
    guard let pending else { return }
    let row = shape.pixelStride
    let first = (image * shape.height + rows.lowerBound) * shape.width * row
    pending.carryOut(
      on: map.elements + first, input: pending.input.elements + first,
      pixels: rows.count * shape.width, shard: image / (shape.images / pending.shards),
      kernels: kernels)
  }
}

/// The gradient of a batch normalisation and its activation, once its sums over the batch are known:
/// `scale * g + slope * (x - mean) + offset`, where `g` is the gradient behind the activation.
public struct PendingNormalizationGradient: @unchecked Sendable {
  /// What the normalisation read.
  let input: FeatureMap
  let state: NormalizationState
  /// Equal runs of images with sums of their own.
  let shards: Int
  let activation: FusedActivation

  func carryOut(
    on gradient: UnsafeMutablePointer<Float>, input: UnsafePointer<Float>, pixels: Int, shard: Int,
    kernels: KernelSet
  ) {
    let row = self.input.shape.pixelStride
    let offset = shard * row
    kernels.normalizationGradient(
      gradient, input, pixels, row, state.scale + offset, state.shift + offset,
      state.mean + offset, state.slope + offset, state.offset + offset, activation.rawValue,
      gradient)
  }
}
