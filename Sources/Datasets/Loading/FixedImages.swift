import Foundation

/// Images decoded once and kept in memory as bytes, for evaluation and calibration.
public final class FixedImages: Sendable {
  /// Of every image.
  public let shape: ImageShape
  /// One class number an image.
  public let labels: [Int32]
  /// Names of the damaged images that were replaced, each once.
  public let damaged: [String]
  private let bytes: ByteStorage
  private let converter: PixelConverter

  /// Reads the images; memory is one byte a value.
  ///
  /// - Parameters:
  ///   - indices: places in `dataset`, in the order that `batch` uses.
  ///   - workers: reading threads, at least 1; they end before this returns.
  public init(
    dataset: any Dataset, indices: [Int], normalization: Normalization, workers: Int,
    onDamage: DamagePolicy
  ) throws(DatasetError) {
    try normalization.check(for: dataset.shape)
    shape = dataset.shape
    converter = PixelConverter(shape: shape, normalization: normalization)
    let list = try ImageList(dataset, indices: indices, onDamage: onDamage)
    bytes = ByteStorage(count: indices.count, valuesPerImage: shape.valueCount)
    let readings = try list.readAll(into: bytes, workers: workers)
    labels = readings.map { Int32(dataset.label(of: $0.index)) }
    damaged = readings.flatMap(\.damaged).reduce(into: []) { names, name in
      if !names.contains(name) { names.append(name) }
    }
  }

  /// How many images.
  public var count: Int { labels.count }

  /// Some of the images, normalised and not augmented.
  public func batch(_ range: Range<Int>) -> Batch {
    precondition(range.clamped(to: 0..<count) == range, "a batch of existing images")
    let storage = BatchStorage(count: range.count, shape: shape)
    for (place, image) in range.enumerated() {
      converter.convert(
        UnsafeBufferPointer(bytes.image(image)), placement: .identity, into: storage.image(place))
    }
    return Batch(shape: shape, labels: Array(labels[range]), storage: storage)
  }
}

extension ImageList {
  /// Reads the whole list by several threads, each every so-many-th image.
  fileprivate func readAll(
    into bytes: ByteStorage, workers: Int
  ) throws(DatasetError) -> [Reading] {
    let collected = Collected()
    let threads = Workers(count: workers) {
      while let place = collected.nextPlace(below: indices.count) {
        collected.put(
          Result { () throws(DatasetError) in try read(at: place, into: bytes.image(place)) },
          at: place)
      }
    }
    threads.wait()
    return try collected.inOrder()
  }
}

/// What the threads have read so far, behind a lock.
private final class Collected: @unchecked Sendable {
  private let lock = NSLock()
  private var next = 0
  private var results: [Int: Result<ImageList.Reading, DatasetError>] = [:]

  func nextPlace(below count: Int) -> Int? {
    lock.withLock {
      guard next < count else { return nil }
      next += 1
      return next - 1
    }
  }

  func put(_ result: Result<ImageList.Reading, DatasetError>, at place: Int) {
    lock.withLock { results[place] = result }
  }

  /// Throws the error of the first image that has one, whichever came first in time.
  func inOrder() throws(DatasetError) -> [ImageList.Reading] {
    var readings: [ImageList.Reading] = []
    for place in 0..<next {
      if let result = results[place] { readings.append(try result.get()) }
    }
    return readings
  }
}

/// One byte a value; threads write disjoint images.
private final class ByteStorage: @unchecked Sendable {
  private let values: UnsafeMutableBufferPointer<UInt8>
  private let valuesPerImage: Int

  init(count: Int, valuesPerImage: Int) {
    self.valuesPerImage = valuesPerImage
    values = .allocate(capacity: count * valuesPerImage)
  }

  deinit { values.deallocate() }

  func image(_ place: Int) -> UnsafeMutableBufferPointer<UInt8> {
    UnsafeMutableBufferPointer(
      rebasing: values[place * valuesPerImage..<(place + 1) * valuesPerImage])
  }
}
