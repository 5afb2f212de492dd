/// The size of one image, or of one node's output for one image.
public struct FeatureShape: Hashable, Codable, Sendable, CustomStringConvertible {
  /// How many channels.
  public let channels: Int
  /// How many rows.
  public let height: Int
  /// How many columns.
  public let width: Int

  /// A shape of `channels` maps of `height` rows and `width` columns.
  public init(channels: Int, height: Int, width: Int) {
    self.channels = channels
    self.height = height
    self.width = width
  }

  /// Channels, height and width, as in "3x32x32".
  public var description: String { "\(channels)x\(height)x\(width)" }

  /// The same shape with another number of channels.
  func with(channels: Int) -> FeatureShape {
    FeatureShape(channels: channels, height: height, width: width)
  }

  /// What a window of an odd kernel leaves when it moves by `stride` over a border of kernel / 2.
  func strided(by stride: Int) -> FeatureShape {
    FeatureShape(
      channels: channels, height: (height - 1) / stride + 1, width: (width - 1) / stride + 1)
  }
}
