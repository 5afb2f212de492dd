/// Images and labels on their way into the network.
public struct LabelledImages {
  /// How many images.
  public let count: Int
  /// Dense [image][row][column][channel], normalised.
  public let pixels: UnsafeBufferPointer<Float>
  /// One class number an image.
  public let labels: [Int32]
  /// How many times shorter their sides are than the network's image.
  public let shrunkBy: Int

  /// - Precondition: as many labels as images.
  public init(pixels: UnsafeBufferPointer<Float>, labels: [Int32], shrunkBy: Int = 1) {
    self.count = labels.count
    self.pixels = pixels
    self.labels = labels
    self.shrunkBy = shrunkBy
  }
}
