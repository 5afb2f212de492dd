/// Images and labels on their way into the network.
public struct LabelledImages {
  /// How many images.
  public let count: Int
  /// Dense [image][row][column][channel], normalised.
  public let pixels: UnsafeBufferPointer<Float>
  /// One class number an image.
  public let labels: [Int32]

  /// - Precondition: as many labels as images.
  public init(pixels: UnsafeBufferPointer<Float>, labels: [Int32]) {
    self.count = labels.count
    self.pixels = pixels
    self.labels = labels
  }
}
