/// A batch on its way: which images it takes, and how far it is.
///
/// The pixels are written by several threads, each its own images; all else belongs to whoever holds the
/// lock of the `ReadAhead` it waits in.
final class PendingBatch: @unchecked Sendable {
  let step: Int
  let epoch: Int
  /// Places in the image list, in the order of the batch.
  let places: [Int]
  let storage: BatchStorage
  private var next = 0
  private var results: [Result<ImageList.Reading, DatasetError>?]
  private var unread: Int

  init(step: Int, epoch: Int, places: [Int], shape: ImageShape) {
    self.step = step
    self.epoch = epoch
    self.places = places
    storage = BatchStorage(count: places.count, shape: shape)
    results = Array(repeating: nil, count: places.count)
    unread = places.count
  }

  var isComplete: Bool { unread == 0 }

  /// The next images for one thread to read; nil when all are given out.
  func claim(atMost count: Int) -> Range<Int>? {
    guard next < places.count else { return nil }
    let range = next..<min(next + count, places.count)
    next = range.upperBound
    return range
  }

  func finish(_ range: Range<Int>, with readings: [Result<ImageList.Reading, DatasetError>]) {
    for (place, reading) in zip(range, readings) { results[place] = reading }
    unread -= range.count
  }

  /// What was read, in order; throws the error of the first image that has one, whichever came first in time.
  func readings() throws(DatasetError) -> [ImageList.Reading] {
    var readings: [ImageList.Reading] = []
    for case .some(let result) in results { readings.append(try result.get()) }
    return readings
  }
}
