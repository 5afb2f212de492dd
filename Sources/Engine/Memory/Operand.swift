/// A feature map as the next operator reads it: as it lies in memory, or normalised and activated on the way.
///
/// Reading what a batch normalisation would have written spares the writing, and the memory.
public struct Operand: Sendable {
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
        image: line / shape.height, row: line % shape.height, columns: shape.width, step: 1,
        floats: 0..<row, to: target.elements + line * shape.width * row, stride: row,
        kernels: context.kernels)
    }
  }

  /// Copies every `step`-th pixel of a row, applied, to pixels `stride` floats apart.
  ///
  /// - Parameter floats: which of a pixel's floats, a whole number of 16s. They are written in order: where `stride`
  ///   is less, the last pixel writes past its end.
  func copy(
    image: Int, row: Int, columns: Int, step: Int, floats: Range<Int>,
    to target: UnsafeMutablePointer<Float>, stride: Int, kernels: KernelSet
  ) {
    let pixelStride = shape.pixelStride
    let source =
      map.elements + (image * shape.imagePixels + row * shape.width) * pixelStride
      + floats.lowerBound
    guard let pending else {
      return kernels.copyPixels(source, columns, step * pixelStride, floats.count, target, stride)
    }
    let offset =
      shape.shard(ofImage: image, of: pending.shards) * pixelStride + floats.lowerBound
    kernels.scaleShiftActivate(
      source, columns, step * pixelStride, floats.count, pending.scale + offset,
      pending.shift + offset, pending.activation.rawValue, target, stride)
  }
}

/// A batch normalisation and its activation that readers apply: `activation(x * scale + shift)`.
public struct PendingNormalization: @unchecked Sendable {
  /// Rows of [shards][pixel stride], zero in the padding channels.
  let scale, shift: UnsafePointer<Float>
  /// Equal runs of images with statistics of their own.
  let shards: Int
  let activation: FusedActivation
}

/// A rectangle of pixels of one image on its way into an operator's own memory.
///
/// Pixels beside the image are zeros.
struct Patch {
  /// Rows of the image, from the first that is wanted; they may start above it and end below it.
  let rows: Range<Int>
  /// Columns of the image, likewise.
  let columns: Range<Int>
  /// Every how many-th pixel is wanted, both ways.
  var step = 1

  var height: Int { (rows.count + step - 1) / step }
  var width: Int { (columns.count + step - 1) / step }

  /// Writes the patch to pixels `stride` floats apart, row after row without gaps.
  ///
  /// - Parameter floats: which of a pixel's floats; all by default.
  func copy(
    _ operand: Operand, image: Int, floats: Range<Int>? = nil,
    to target: UnsafeMutablePointer<Float>, stride: Int, kernels: KernelSet
  ) {
    let floats = floats ?? 0..<operand.shape.pixelStride
    let shape = operand.shape
    let left = max(0, -columns.lowerBound)
    let right = max(0, columns.upperBound - shape.width)
    let inside = (columns.count - left - right + step - 1) / step
    for line in 0..<height {
      let row = rows.lowerBound + line * step
      let place = target + line * width * stride
      guard (0..<shape.height).contains(row) else {
        place.update(repeating: 0, count: width * stride)
        continue
      }
      place.update(repeating: 0, count: left * stride)
      operand.copy(
        image: image, row: row, columns: inside, step: step, floats: floats,
        to: place + left * stride, stride: stride, kernels: kernels)
      (place + (left + inside) * stride).update(repeating: 0, count: right * stride)
    }
  }
}
