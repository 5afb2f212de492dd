/// Images ready for a network, with their labels; it owns its memory and never changes.
public struct Batch: Sendable {
  /// Of each image.
  public let shape: ImageShape
  /// One class number an image.
  public let labels: [Int32]
  /// How many times shorter their sides are than the images' of the data set.
  public let shrunkBy: Int
  private let storage: BatchStorage

  init(shape: ImageShape, labels: [Int32], shrunkBy: Int = 1, storage: BatchStorage) {
    self.shape = shape
    self.shrunkBy = shrunkBy
    self.labels = labels
    self.storage = storage
  }

  /// How many images.
  public var count: Int { labels.count }

  /// Lends the pixels: image after image, rows from the top, channels interleaved (NHWC), dense.
  public func withPixels<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Float>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeBufferPointer(storage.values))
  }
}

/// The memory of a batch, on a cache line; threads may write disjoint images until it becomes a `Batch`.
final class BatchStorage: @unchecked Sendable {
  let values: UnsafeMutableBufferPointer<Float>
  private let valuesPerImage: Int

  init(count: Int, shape: ImageShape) {
    valuesPerImage = shape.valueCount
    let bytes = UnsafeMutableRawBufferPointer.allocate(
      byteCount: count * valuesPerImage * MemoryLayout<Float>.stride, alignment: 64)
    values = bytes.bindMemory(to: Float.self)
  }

  deinit { UnsafeMutableRawBufferPointer(values).deallocate() }

  func image(_ place: Int) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(
      rebasing: values[place * valuesPerImage..<(place + 1) * valuesPerImage])
  }
}
