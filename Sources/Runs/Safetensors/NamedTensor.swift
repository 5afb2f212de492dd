/// Values to save: a name, a shape and a view of memory that the caller keeps alive.
public struct NamedTensor {
  /// Unique among the tensors saved together.
  public let name: String
  /// Extents, the slowest first; empty for a single number.
  public let shape: [Int]
  /// As many as the product of `shape`, row-major.
  public let values: UnsafeBufferPointer<Float>

  /// - Precondition: `values` has as many elements as `shape` says.
  public init(name: String, shape: [Int], values: UnsafeBufferPointer<Float>) {
    precondition(shape.reduce(1, *) == values.count, "\(name): shape and values differ in size")
    self.name = name
    self.shape = shape
    self.values = values
  }
}

/// A place for saved values: what `NamedTensor` is for saving.
public struct TensorDestination {
  /// The name it was saved under.
  public let name: String
  /// The shape it must have been saved with.
  public let shape: [Int]
  /// Filled row-major; the caller keeps the memory alive.
  public let values: UnsafeMutableBufferPointer<Float>

  /// - Precondition: `values` has as many elements as `shape` says.
  public init(name: String, shape: [Int], values: UnsafeMutableBufferPointer<Float>) {
    precondition(shape.reduce(1, *) == values.count, "\(name): shape and values differ in size")
    self.name = name
    self.shape = shape
    self.values = values
  }
}
