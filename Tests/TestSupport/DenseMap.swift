import Engine

/// Where an element of a feature map is.
public struct Place: Hashable, Sendable {
  /// The four indices.
  public let image, row, column, channel: Int

  /// A place by its indices.
  public init(image: Int, row: Int, column: Int, channel: Int) {
    self.image = image
    self.row = row
    self.column = column
    self.channel = channel
  }
}

/// A feature map in double precision and without padding: what the naive operators read.
public struct DenseMap: Sendable {
  /// The size.
  public let shape: FeatureMap.Shape
  /// [image][row][column][channel].
  public var values: [Double]

  /// A map of these values.
  public init(_ shape: FeatureMap.Shape, _ values: [Double]) {
    precondition(values.count == shape.pixels * shape.channels, "as many values as the map has")
    self.shape = shape
    self.values = values
  }

  /// A map of these single-precision values.
  public init(_ shape: FeatureMap.Shape, _ values: [Float]) {
    self.init(shape, values.map(Double.init))
  }

  /// A map of seeded numbers in [-1, 1).
  public init(_ shape: FeatureMap.Shape, seed: Int) {
    self.init(shape, seededNumbers(shape.pixels * shape.channels, seed: seed))
  }

  /// One element.
  public subscript(image: Int, row: Int, column: Int, channel: Int) -> Double {
    values[((image * shape.height + row) * shape.width + column) * shape.channels + channel]
  }

  /// One element.
  public subscript(place: Place) -> Double {
    self[place.image, place.row, place.column, place.channel]
  }

  /// Whether an image has this pixel.
  public func contains(row: Int, column: Int) -> Bool {
    row >= 0 && row < shape.height && column >= 0 && column < shape.width
  }

  /// A run of the images.
  public func images(_ range: Range<Int>) -> DenseMap {
    let size = shape.imagePixels * shape.channels
    return DenseMap(
      FeatureMap.Shape(
        images: range.count, height: shape.height, width: shape.width, channels: shape.channels),
      Array(values[range.lowerBound * size..<range.upperBound * size]))
  }
}

extension FeatureMap.Shape {
  /// Every element, in the order of `DenseMap.values`.
  public var places: [Place] {
    (0..<images).flatMap { image in
      (0..<height).flatMap { row in
        (0..<width).flatMap { column in
          (0..<channels).map { Place(image: image, row: row, column: column, channel: $0) }
        }
      }
    }
  }
}
