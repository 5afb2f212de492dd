/// The gradient of a map as the backward pass reads it: as it lies in memory, or still to be made, by its first
/// reader, from the gradient behind a batch normalisation.
public struct GradientOperand: PixelSource {
  /// Where the gradient lies, once it is made.
  public let map: FeatureMap
  /// How the first reader makes it, unless it is there.
  public let pending: PendingNormalizationGradient?

  /// A gradient, and how its first reader makes it.
  public init(_ map: FeatureMap, pending: PendingNormalizationGradient? = nil) {
    self.map = map
    self.pending = pending
  }

  /// The size of the map.
  public var shape: FeatureMap.Shape { map.shape }

  /// Makes the gradient for readers that cannot.
  public func resolve(in context: EngineContext) {
    guard pending != nil else { return }
    let chunks = ChunkPlan(shape)
    context.threads.forEach(chunks.count) { chunk in
      resolve(
        image: chunks.image(of: chunk), rows: chunks.rows(of: chunk), kernels: context.kernels)
    }
  }

  /// Makes the gradient of some rows of an image; every row exactly once.
  func resolve(image: Int, rows: Range<Int>, kernels: KernelSet) {
    guard pending != nil else { return }
    let first = rows.lowerBound * shape.width
    copy(
      PixelRun(image: image, first: first, count: rows.count * shape.width),
      floats: 0..<shape.pixelStride, to: map.elements + shape.pixel(first, ofImage: image),
      stride: shape.pixelStride, kernels: kernels)
  }

  func memory(behind run: PixelRun) -> [ReadAhead.Share] {
    guard let pending else { return [map.floats(of: run)] }
    return [pending.gradient.floats(of: run), pending.input.floats(of: run)]
  }

  func copy(
    _ run: PixelRun, floats: Range<Int>, to target: UnsafeMutablePointer<Float>, stride: Int,
    kernels: KernelSet
  ) {
    let first = shape.pixel(run.first, ofImage: run.image) + floats.lowerBound
    guard let pending else {
      return kernels.copyPixels(
        map.elements + first, run.count, run.step * shape.pixelStride, floats.count, target, stride)
    }
    pending.make(run, first: first, floats: floats, to: target, stride: stride, kernels: kernels)
  }
}

/// The gradient of a batch normalisation and its activation, once its sums over the batch are known:
/// `scale * g + slope * (x - mean) + offset`, where `g` is the gradient in front of the activation.
public struct PendingNormalizationGradient: @unchecked Sendable {
  /// The gradient behind the activation.
  let gradient: FeatureMap
  /// What the normalisation read.
  let input: FeatureMap
  let state: NormalizationState
  /// Equal runs of images with sums of their own.
  let shards: Int
  let activation: FusedActivation

  /// Writes some pixels' gradient; `first` is the first float of them in the maps.
  func make(
    _ run: PixelRun, first: Int, floats: Range<Int>, to result: UnsafeMutablePointer<Float>,
    stride: Int, kernels: KernelSet
  ) {
    let row = input.shape.pixelStride
    let offset =
      input.shape.shard(ofImage: run.image, of: shards) * row + floats.lowerBound
    kernels.normalizationGradient(
      gradient.elements + first, input.elements + first, run.count, run.step * row, floats.count,
      state.scale + offset, state.shift + offset, state.mean + offset, state.slope + offset,
      state.offset + offset, activation.rawValue, result, stride)
  }
}
