import CZlib
import Datasets
import Foundation
import JPEGShims
import Synchronization
import Testing

/// Runs `body` with the path of a folder of its own.
func withFolder(_ body: (String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.path + "/datasets-\(UUID().uuidString)"
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  try body(folder)
}

/// Writes a file and the folders above it.
func write(_ bytes: [UInt8], to path: String) throws {
  let folder = (path as NSString).deletingLastPathComponent
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  try Data(bytes).write(to: URL(fileURLWithPath: path))
}

/// Writes a gzip file.
func writeGzip(_ bytes: [UInt8], to path: String) throws {
  let file = try #require(gzopen(path, "wb"))
  #expect(gzwrite(file, bytes, UInt32(bytes.count)) == Int32(bytes.count))
  #expect(gzclose(file) == Z_OK)
}

/// One image of a dataset as bytes.
func pixels(of dataset: some Dataset, _ index: Int) throws(DatasetError) -> [UInt8] {
  var bytes = [UInt8](repeating: 99, count: dataset.shape.valueCount)
  try bytes.withUnsafeMutableBufferPointer { buffer throws(DatasetError) in
    try dataset.read(index, into: buffer)
  }
  return bytes
}

/// Pixels of a batch as an array.
func values(_ batch: Batch) -> [Float] { batch.withPixels { Array($0) } }

/// A JPEG of the highest quality.
func jpeg(_ pixels: [UInt8], width: Int, height: Int, _ colors: JPEGColors) throws -> [UInt8] {
  var count = 0
  let bytes = try #require(
    jpeg_encode(pixels, Int32(width), Int32(height), colors, 100, &count))
  defer { jpeg_release(bytes) }
  return Array(UnsafeBufferPointer(start: bytes, count: count))
}

/// A JPEG in which every pixel is the same.
func flatJPEG(_ pixel: [UInt8], width: Int, height: Int, _ colors: JPEGColors) throws -> [UInt8] {
  let pixels = (0..<width * height).flatMap { _ in pixel }
  return try jpeg(pixels, width: width, height: height, colors)
}

/// Pixels of a JPEG brought to a shape.
func decoded(_ jpeg: [UInt8], as shape: ImageShape) throws -> [UInt8] {
  let photograph = try Photograph(jpeg: jpeg, path: "test.jpg", covering: shape)
  var bytes = [UInt8](repeating: 99, count: shape.valueCount)
  bytes.withUnsafeMutableBufferPointer { photograph.write(as: shape, into: $0) }
  return bytes
}

/// Whether two images differ nowhere by more than the rounding of a JPEG's colours.
func looksLike(_ pixels: [UInt8], _ wanted: [UInt8]) -> Bool {
  pixels.count == wanted.count && zip(pixels, wanted).allSatisfy { abs(Int($0) - Int($1)) <= 3 }
}

/// Small images in which every byte tells image and place apart, some of them damaged or missing.
final class NumberedImages: Dataset {
  let shape = ImageShape(channels: 3, height: 5, width: 4)
  let classes = ["even", "odd"]
  let count: Int
  let damagedIndices: Set<Int>
  let missingIndices: Set<Int>
  let reads = DispatchSemaphore(value: 0)
  private let readCounter = Atomic(0)

  init(count: Int, damaged: Set<Int> = [], missing: Set<Int> = []) {
    self.count = count
    damagedIndices = damaged
    missingIndices = missing
  }

  var readCount: Int { readCounter.load(ordering: .sequentiallyConsistent) }

  func label(of index: Int) -> Int { index % 2 }

  func name(of index: Int) -> String { "image-\(index)" }

  func byte(_ index: Int, _ place: Int) -> UInt8 { UInt8(truncatingIfNeeded: index * 67 + place) }

  func read(
    _ index: Int, into pixels: UnsafeMutableBufferPointer<UInt8>
  ) throws(DatasetError) {
    readCounter.add(1, ordering: .sequentiallyConsistent)
    reads.signal()
    if damagedIndices.contains(index) { throw .damaged(path: name(of: index), problem: "is torn") }
    if missingIndices.contains(index) { throw .missing(path: name(of: index), problem: "is gone") }
    for place in pixels.indices { pixels[place] = byte(index, place) }
  }
}
