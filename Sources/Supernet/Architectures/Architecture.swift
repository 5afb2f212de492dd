/// A network as a value: a graph of layers at full width, checked when it is made.
public struct Architecture: Hashable, Sendable {
  /// What people call it, such as "resnet20"; a narrowed network keeps the name.
  public let name: String
  /// Channels of the image.
  public let channels: Int
  /// Rows of the image.
  public let height: Int
  /// Columns of the image.
  public let width: Int
  /// How many classes the classifier tells apart.
  public let classes: Int
  /// In topological order: node 0 is the image, the last node is the classifier.
  public let nodes: [Node]
  /// The output of each node for one image at full width, in the order of `nodes`.
  public let outputShapes: [FeatureShape]

  /// A layer, and the earlier nodes it reads.
  public struct Node: Hashable, Codable, Sendable {
    /// Unique in the network.
    public let name: String
    /// What the layer does.
    public let operation: Operation
    /// The nodes whose outputs it reads, by their places in `nodes`.
    public let inputs: [Int]

    /// A layer of the given name that reads the nodes `inputs`.
    public init(name: String, operation: Operation, inputs: [Int]) {
      self.name = name
      self.operation = operation
      self.inputs = inputs
    }
  }

  /// The network of these nodes, refused with a sentence when it cannot exist.
  public init(
    name: String, image: FeatureShape, classes: Int, nodes: [Node]
  ) throws(ArchitectureError) {
    try ArchitectureValidation(name: name, image: image, classes: classes, nodes: nodes).check()
    self.init(validName: name, image: image, classes: classes, nodes: nodes)
  }

  /// The same without checks, for graphs that are known to be valid.
  init(validName name: String, image: FeatureShape, classes: Int, nodes: [Node]) {
    self.name = name
    channels = image.channels
    height = image.height
    width = image.width
    self.classes = classes
    self.nodes = nodes
    outputShapes = Self.outputShapes(of: nodes, image: image)
  }

  /// The shape of one image.
  public var image: FeatureShape {
    FeatureShape(channels: channels, height: height, width: width)
  }

  /// The output of each node at full width for one image whose sides are shorter by a factor that divides them.
  ///
  /// No weight depends on the size of the image: every classifier reads means over all places.
  func outputShapes(shrunkBy factor: Int) -> [FeatureShape] {
    if factor == 1 { return outputShapes }
    return Self.outputShapes(
      of: nodes,
      image: FeatureShape(channels: channels, height: height / factor, width: width / factor))
  }

  private static func outputShapes(of nodes: [Node], image: FeatureShape) -> [FeatureShape] {
    nodes.reduce(into: []) { shapes, node in
      shapes.append(
        node.operation.outputShape(image: image, input: node.inputs.first.map { shapes[$0] }))
    }
  }
}

extension Architecture: Codable {
  private enum CodingKeys: String, CodingKey {
    case name, channels, height, width, classes, nodes
  }

  /// Reads a network and checks it like any other.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    try self.init(
      name: values.decode(String.self, forKey: .name),
      image: FeatureShape(
        channels: values.decode(Int.self, forKey: .channels),
        height: values.decode(Int.self, forKey: .height),
        width: values.decode(Int.self, forKey: .width)),
      classes: values.decode(Int.self, forKey: .classes),
      nodes: values.decode([Node].self, forKey: .nodes))
  }

  /// Writes everything but the shapes, which follow from the rest.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(name, forKey: .name)
    try values.encode(channels, forKey: .channels)
    try values.encode(height, forKey: .height)
    try values.encode(width, forKey: .width)
    try values.encode(classes, forKey: .classes)
    try values.encode(nodes, forKey: .nodes)
  }
}
