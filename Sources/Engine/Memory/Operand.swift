/// A feature map as the next operator reads it: as it lies in memory, or normalised and activated on the way.
///
/// Reading what a batch normalisation would have written spares the writing, and the memory.
public struct Operand: PixelSource {
  /// What lies in memory.
  public let map: FeatureMap
  /// What a reader applies to it, if anything.
  public let pending: PendingNormalization?

  /// A map, and what its readers apply.
  public init(_ map: FeatureMap, pending: PendingNormalization? = nil) {
    self.map = map
    self.pending = pending
  }

  /// The size of the map.
  public var shape: FeatureMap.Shape { map.shape }

  /// Writes the map as its readers see it.
  public func write(to target: FeatureMap, in context: EngineContext) {
    precondition(shape == target.shape, "a copy has the same shape")
    let row = shape.pixelStride
    context.threads.forEach(shape.images * shape.height) { line in
      copy(
        PixelRun(
          image: line / shape.height, first: line % shape.height * shape.width, count: shape.width),
        floats: 0..<row, to: target.elements + line * shape.width * row, stride: row,
        kernels: context.kernels)
    }
  }

  func memory(behind run: PixelRun) -> [ReadAhead.Share] { [map.floats(of: run)] }

  func copy(
    _ run: PixelRun, floats: Range<Int>, to target: UnsafeMutablePointer<Float>, stride: Int,
    kernels: KernelSet
  ) {
    let pixelStride = shape.pixelStride
    let source = map.elements + shape.pixel(run.first, ofImage: run.image) + floats.lowerBound
    if shape.isDense {
      precondition(
        pending == nil && run.step == 1 && floats == 0..<pixelStride && stride == pixelStride,
        "a dense map is copied as it is")
      return target.update(from: source, count: run.count * pixelStride)
    }
    guard let pending else {
      return kernels.copyPixels(
        source, run.count, run.step * pixelStride, floats.count, target, stride)
    }
    let offset =
      shape.shard(ofImage: run.image, of: pending.shards) * pixelStride + floats.lowerBound
    kernels.scaleShiftActivate(
      source, run.count, run.step * pixelStride, floats.count, pending.scale + offset,
      pending.shift + offset, pending.activation.rawValue, target, stride)
  }
}

/// A batch normalisation and its activation that others carry out: `activation(x * scale + shift)`.
///
/// They are the readers of a map; or its writer, where statistics are given before it writes.
public struct PendingNormalization: @unchecked Sendable {
  /// Rows of [shards][pixel stride], zero in the padding channels.
  let scale, shift: UnsafePointer<Float>
  /// Equal runs of images with statistics of their own.
  let shards: Int
  let activation: FusedActivation
}

/// What an operator does with its sums before it stores them, as kernels take it.
extension PendingNormalization? {
  /// From a channel on; none where sums are stored as they are.
  func scale(from channel: Int) -> UnsafePointer<Float>? { map { $0.scale + channel } }

  /// From a channel on; none where sums are stored as they are.
  func shift(from channel: Int) -> UnsafePointer<Float>? { map { $0.shift + channel } }

  /// Stops where images have statistics of their own, which a writer does not tell apart.
  func checkIsOneForAllImages() {
    precondition(self?.shards ?? 1 == 1, "all images have the same statistics")
  }

  /// What follows, by the kernels' number.
  var activation: Int { (self?.activation ?? FusedActivation.none).rawValue }
}
