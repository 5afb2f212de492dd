import Supernet
import Testing

/// A graph with one thing wrong, and the words that must name it.
struct Impossible: Sendable, CustomTestStringConvertible {
  typealias Node = Architecture.Node
  var image = FeatureShape(channels: 1, height: 4, width: 4)
  var classes = 2
  let nodes: [Node]
  let words: String
  var testDescription: String { words }

  static let start = Node(name: "image", operation: .image, inputs: [])
  static let convolution = node("conv", .convolution(outputs: 3, kernel: 3, stride: 1), 0)

  static func node(_ name: String, _ operation: Architecture.Operation, _ inputs: Int...) -> Node {
    Node(name: name, operation: operation, inputs: inputs)
  }

  /// `middle`, then pooling and the classifier.
  init(_ middle: [Node], _ words: String) {
    nodes =
      [Self.start] + middle + [
        Self.node("pool", .globalAveragePooling, middle.count),
        Self.node("fc", .linear(outputs: 2), middle.count + 1),
      ]
    self.words = words
  }

  init(
    image: FeatureShape = FeatureShape(channels: 1, height: 4, width: 4), classes: Int = 2,
    nodes: [Node], _ words: String
  ) {
    self.image = image
    self.classes = classes
    self.nodes = nodes
    self.words = words
  }

  static let all: [Impossible] = [
    Impossible(nodes: [], "its last node has to be the linear classifier"),
    Impossible(nodes: [start, convolution], "its last node has to be the linear classifier"),
    Impossible(nodes: [start, node("fc", .linear(outputs: 3), 0)], "classifier of 2 outputs"),
    Impossible(
      image: FeatureShape(channels: 1, height: 0, width: 4), nodes: [start], "1x0x4"),
    Impossible(classes: 1, nodes: [start], "at least 2 classes, not 1"),
    Impossible(nodes: [convolution, node("fc", .linear(outputs: 2), 0)], "node 0, conv"),
    Impossible([node("again", .image)], "node 1, again"),
    Impossible([node("early", .linear(outputs: 2), 0)], "early is linear"),
    Impossible([convolution, node("conv", .batchNormalization, 1)], "the same name, conv"),
    Impossible([node("", .batchNormalization, 0)], "every node needs a name"),
    Impossible([node("sum", .add, 0)], "sum (add) reads 1 nodes instead of 2"),
    Impossible([node("bn", .batchNormalization, 1)], "bn reads a node that does not come before"),
    Impossible([node("bn", .batchNormalization, -1)], "bn reads a node that does not come before"),
    Impossible([node("even", .maxPooling(kernel: 2, stride: 2), 0)], "even has a kernel of 2"),
    Impossible(
      [node("far", .depthwiseConvolution(kernel: 3, stride: 3), 0)], "far has a stride of 3"),
    Impossible(
      [node("none", .convolution(outputs: 0, kernel: 3, stride: 1), 0)], "none has 0 outputs"),
    Impossible([convolution, node("bn", .batchNormalization, 0)], "nothing reads conv"),
    Impossible([convolution, node("sum", .add, 0, 1)], "sum adds outputs of 1x4x4 and 3x4x4"),
    Impossible(
      nodes: [start, node("fc", .linear(outputs: 2), 0)], "fc reads 1x4x4, which has to be pooled"),
  ]
}

@Suite struct ImpossibleArchitectureTests {
  @Test(arguments: Impossible.all)
  func isRefusedInASentenceThatNamesTheFault(_ graph: Impossible) {
    #expect {
      try Architecture(
        name: "wrong", image: graph.image, classes: graph.classes, nodes: graph.nodes)
    } throws: { error in
      "\(error)".hasPrefix("the network wrong is impossible: ")
        && "\(error)".contains(graph.words)
    }
  }

  @Test func theSameGraphWithoutTheFaultIsAccepted() throws {
    let graph = Impossible([Impossible.convolution], "")
    let network = try Architecture(
      name: "right", image: graph.image, classes: graph.classes, nodes: graph.nodes)
    #expect(network.nodes.count == 4)
  }
}
