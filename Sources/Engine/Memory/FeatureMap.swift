/// The size of a stack of images: dense, channels last, each pixel padded to a multiple of 16 channels.
public struct FeatureShape: Hashable, Sendable {
  /// How many images, rows, columns and channels.
  public let images, height, width, channels: Int

  /// All sizes are at least 1.
  public init(images: Int, height: Int, width: Int, channels: Int) {
    precondition(
      images > 0 && height > 0 && width > 0 && channels > 0, "a feature shape has no empty side")
    self.images = images
    self.height = height
    self.width = width
    self.channels = channels
  }

  /// Floats from one pixel to the next: the channels rounded up to 16, a whole vector on every machine.
  public var pixelStride: Int { roundedUp(channels, to: 16) }
  /// Pixels of one image.
  public var imagePixels: Int { height * width }
  /// Pixels of all images.
  public var pixels: Int { images * imagePixels }
  /// Floats, padding included.
  public var elements: Int { pixels * pixelStride }
}

/// A view of activations or of their gradients; the memory belongs to whoever planned it.
///
/// The padding channels of every pixel are zero, and every operator keeps them so.
public struct FeatureMap: @unchecked Sendable {
  /// The size.
  public let shape: FeatureShape
  package let elements: UnsafeMutablePointer<Float>

  package init(_ shape: FeatureShape, at elements: UnsafeMutablePointer<Float>) {
    self.shape = shape
    self.elements = elements
  }

  /// A view of the start of `storage`.
  public init(_ shape: FeatureShape, in storage: AlignedStorage<Float>) {
    precondition(storage.count >= shape.elements, "the storage is smaller than the feature map")
    self.init(shape, at: storage.pointer)
  }
}

@inlinable
package func roundedUp(_ value: Int, to multiple: Int) -> Int {
  (value + multiple - 1) / multiple * multiple
}
