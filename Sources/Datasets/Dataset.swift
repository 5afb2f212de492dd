/// Labelled images of one shape, each readable on its own and from any thread.
public protocol Dataset: Sendable {
  /// What every image has once read.
  var shape: ImageShape { get }

  /// Class names; a label is a place in this list.
  var classes: [String] { get }

  /// How many images there are.
  var count: Int { get }

  /// The class of image `index`, in `classes.indices`.
  func label(of index: Int) -> Int

  /// Writes image `index` as rows from the top, channels interleaved (height, width, channels).
  ///
  /// - Parameter pixels: exactly `shape.valueCount` bytes.
  func read(_ index: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) throws(DatasetError)

  /// What a message calls image `index`: its file, or its file and place.
  func name(of index: Int) -> String
}

/// The size of an image as the network sees it.
public struct ImageShape: Hashable, Codable, Sendable, CustomStringConvertible {
  /// 1 for grey, 3 for red, green and blue.
  public let channels: Int
  /// Rows.
  public let height: Int
  /// Columns.
  public let width: Int

  /// A shape of at least one pixel.
  public init(channels: Int, height: Int, width: Int) {
    precondition(channels > 0 && height > 0 && width > 0, "an image has at least one pixel")
    self.channels = channels
    self.height = height
    self.width = width
  }

  /// Channel values in one image.
  public var valueCount: Int { channels * height * width }

  /// For example `3x32x32`.
  public var description: String { "\(channels)x\(height)x\(width)" }
}

/// Which images of a data folder are meant.
public enum Split: String, Codable, Sendable, CaseIterable {
  case train
  case val
  case test
}
