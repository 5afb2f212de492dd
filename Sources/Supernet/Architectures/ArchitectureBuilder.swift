/// Writes a graph down like its table: each layer reads the one before unless it says otherwise.
///
/// Every method gives the place of the node it has added, for later layers to read.
public struct ArchitectureBuilder {
  private let name: String
  private let image: FeatureShape
  private let classes: Int
  private var nodes: [Architecture.Node]

  /// A graph that holds only the image so far.
  public init(name: String, image: FeatureShape, classes: Int) {
    self.name = name
    self.image = image
    self.classes = classes
    nodes = [Architecture.Node(name: "image", operation: .image, inputs: [])]
  }

  /// The place of the node added last.
  public var last: Int { nodes.count - 1 }

  /// An ordinary convolution with padding kernel / 2 and no bias.
  @discardableResult
  public mutating func convolution(
    _ name: String, outputs: Int, kernel: Int, stride: Int = 1, from input: Int? = nil
  ) -> Int {
    append(
      name, .convolution(outputs: outputs, kernel: kernel, stride: stride), [input ?? last])
  }

  /// A convolution of one filter a channel.
  @discardableResult
  public mutating func depthwiseConvolution(
    _ name: String, kernel: Int, stride: Int = 1
  ) -> Int {
    append(name, .depthwiseConvolution(kernel: kernel, stride: stride), [last])
  }

  /// Batch normalisation of the layer before.
  @discardableResult
  public mutating func batchNormalization(_ name: String) -> Int {
    append(name, .batchNormalization, [last])
  }

  /// A function of each element of the layer before.
  @discardableResult
  public mutating func activation(
    _ name: String, _ function: Architecture.Activation = .relu
  ) -> Int {
    append(name, .activation(function), [last])
  }

  /// The sum of two earlier layers.
  @discardableResult
  public mutating func add(_ name: String, _ first: Int, _ second: Int) -> Int {
    append(name, .add, [first, second])
  }

  /// The greatest element under a moving window.
  @discardableResult
  public mutating func maxPooling(_ name: String, kernel: Int, stride: Int) -> Int {
    append(name, .maxPooling(kernel: kernel, stride: stride), [last])
  }

  /// Ends the graph with the mean of each channel and the linear classifier.
  public func classified(
    pooling: String, by classifier: String
  ) throws(ArchitectureError) -> Architecture {
    var graph = self
    graph.append(pooling, .globalAveragePooling, [last])
    graph.append(classifier, .linear(outputs: classes), [graph.last])
    return try Architecture(name: name, image: image, classes: classes, nodes: graph.nodes)
  }

  @discardableResult
  private mutating func append(
    _ name: String, _ operation: Architecture.Operation, _ inputs: [Int]
  ) -> Int {
    nodes.append(Architecture.Node(name: name, operation: operation, inputs: inputs))
    return last
  }
}
