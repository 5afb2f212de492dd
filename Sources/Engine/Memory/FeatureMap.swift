/// A view of activations or of their gradients; the memory belongs to whoever planned it.
///
/// The padding channels of every pixel are zero, and every operator keeps them so. A map of images may be dense, without
/// padding: only a convolution whose `readsDense` holds can read it.
public struct FeatureMap: @unchecked Sendable {
  /// The size of a stack of images: channels last, each pixel padded to a multiple of 16 channels, or dense.
  public struct Shape: Hashable, Sendable {
    /// How many images, rows, columns and channels.
    public let images, height, width, channels: Int
    /// Whether pixels have no padding.
    public let isDense: Bool

    /// All sizes are at least 1.
    public init(images: Int, height: Int, width: Int, channels: Int, isDense: Bool = false) {
      precondition(
        images > 0 && height > 0 && width > 0 && channels > 0, "a feature shape has no empty side")
      self.images = images
      self.height = height
      self.width = width
      self.channels = channels
      self.isDense = isDense
    }

    /// Floats from one pixel to the next: the channels, rounded up to 16 unless dense: a whole vector on every machine.
    public var pixelStride: Int { isDense ? channels : roundedUp(channels, to: 16) }
    /// Pixels of one image.
    public var imagePixels: Int { height * width }
    /// Pixels of all images.
    public var pixels: Int { images * imagePixels }
    /// The first float of a pixel of an image.
    func pixel(_ pixel: Int, ofImage image: Int) -> Int {
      (image * imagePixels + pixel) * pixelStride
    }
    /// The shard of an image where `shards` equal runs of images are told apart.
    func shard(ofImage image: Int, of shards: Int) -> Int { image / (images / shards) }
    /// Floats, padding included.
    public var elements: Int { pixels * pixelStride }
  }

  /// The size.
  public let shape: Shape
  package let elements: UnsafeMutablePointer<Float>

  package init(_ shape: Shape, at elements: UnsafeMutablePointer<Float>) {
    self.shape = shape
    self.elements = elements
  }

  /// A view of the start of `storage`.
  public init(_ shape: Shape, in storage: AlignedStorage<Float>) {
    precondition(storage.count >= shape.elements, "the storage is smaller than the feature map")
    self.init(shape, at: storage.pointer)
  }

  /// A view of a planned place in `storage`.
  public init(_ shape: Shape, in storage: AlignedStorage<Float>, at place: MemoryPlan.Place) {
    precondition(
      place.start + shape.elements <= storage.count && shape.elements <= place.count,
      "the place is smaller than the feature map")
    self.init(shape, at: storage.pointer + place.start)
  }

  /// All elements become zero.
  public func clear() {
    elements.update(repeating: 0, count: shape.elements)
  }

  /// Copies all elements to a map of the same shape.
  public func copy(to target: FeatureMap) {
    precondition(shape == target.shape, "a copy has the same shape")
    target.elements.update(from: elements, count: shape.elements)
  }

  /// Takes over dense pixels [image][row][column][channel]; padding channels become zero.
  public func fill(fromDense pixels: UnsafeBufferPointer<Float>, in context: EngineContext) {
    precondition(pixels.count == shape.pixels * shape.channels, "as many values as the map has")
    guard let dense = pixels.baseAddress else { return }
    let (row, channels, imagePixels) = (shape.pixelStride, shape.channels, shape.imagePixels)
    context.threads.forEach(shape.images) { image in
      let target = elements + image * imagePixels * row
      let source = dense + image * imagePixels * channels
      if shape.isDense { return target.update(from: source, count: imagePixels * row) }
      target.update(repeating: 0, count: imagePixels * row)
      for pixel in 0..<imagePixels {
        for channel in 0..<channels {
          target[pixel * row + channel] = source[pixel * channels + channel]
        }
      }
    }
  }

  /// The values without padding, [image][row][column][channel].
  public func dense() -> [Float] {
    (0..<shape.pixels).flatMap { pixel in
      (0..<shape.channels).map { elements[pixel * shape.pixelStride + $0] }
    }
  }
}

@inlinable
package func roundedUp(_ value: Int, to multiple: Int) -> Int {
  (value + multiple - 1) / multiple * multiple
}
