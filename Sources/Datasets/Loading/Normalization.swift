/// The shift and scale that turn bytes into what a network reads: (byte / 255 - mean) / deviation.
public struct Normalization: Hashable, Codable, Sendable {
  /// One a channel, of pixels in 0...1.
  public let mean: [Float]
  /// One a channel, of pixels in 0...1.
  public let deviation: [Float]

  /// Describes a normalisation by the training set's mean and standard deviation per channel.
  public init(mean: [Float], deviation: [Float]) {
    self.mean = mean
    self.deviation = deviation
  }

  /// Refuses numbers that do not fit images of this shape.
  func check(for shape: ImageShape) throws(DatasetError) {
    guard mean.count == shape.channels && deviation.count == shape.channels else {
      throw .invalid(
        problem: "images of \(shape.channels) channels need as many means and deviations, "
          + "not \(mean.count) and \(deviation.count)")
    }
    guard deviation.allSatisfy({ $0 > 0 && $0.isFinite }) && mean.allSatisfy(\.isFinite) else {
      throw .invalid(problem: "means must be finite and deviations above zero")
    }
  }
}

/// Bytes to floats of one image: crop, flip and normalise in one pass over the pixels.
struct PixelConverter: Sendable {
  private let shape: ImageShape
  /// 256 values for each channel in turn.
  private let values: [Float]

  init(shape: ImageShape, normalization: Normalization) {
    self.shape = shape
    values = zip(normalization.mean, normalization.deviation).flatMap { mean, deviation in
      (0..<256).map { (Float($0) / 255 - mean) / deviation }
    }
  }

  /// Writes one image of `shape.valueCount` values; what lies outside of the source is black.
  func convert(
    _ source: UnsafeBufferPointer<UInt8>, placement: Placement,
    into target: UnsafeMutableBufferPointer<Float>
  ) {
    precondition(source.count == shape.valueCount && target.count == shape.valueCount)
    values.withUnsafeBufferPointer { values in
      var place = 0
      for row in 0..<shape.height {
        for column in 0..<shape.width {
          let pixel = pixel(row: row, column: column, placement)
          for channel in 0..<shape.channels {
            let byte = pixel.map { Int(source[$0 + channel]) } ?? 0
            target[place] = values[channel << 8 | byte]
            place += 1
          }
        }
      }
    }
  }

  /// Where the values of the pixel shown at (row, column) start, or nil in the border.
  ///
  /// The crop comes first and the mirror second, the order of torchvision's pipelines.
  private func pixel(row: Int, column: Int, _ placement: Placement) -> Int? {
    let sourceRow = row + placement.down
    let shown = placement.mirrored ? shape.width - 1 - column : column
    let sourceColumn = shown + placement.right
    guard (0..<shape.height).contains(sourceRow), (0..<shape.width).contains(sourceColumn) else {
      return nil
    }
    return (sourceRow * shape.width + sourceColumn) * shape.channels
  }
}
