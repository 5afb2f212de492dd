/// Where every parameter of a full network lies in one flat block of `Float`s.
///
/// Gradients, momentum and checkpoints use the same ranges, so that each is one call over one block.
public struct ParameterLayout: Hashable, Sendable {
  /// The arrays start at multiples of this many elements, one cache line.
  public static let alignment = 16

  /// In network order, without overlap.
  public let tensors: [ParameterTensor]
  /// The length of the block in elements, a multiple of `alignment`.
  public let count: Int

  private let firstTensorOfNode: [Int?]

  /// The layout of a network's parameters.
  public init(_ architecture: Architecture) {
    var tensors: [ParameterTensor] = []
    var firstTensorOfNode = [Int?](repeating: nil, count: architecture.nodes.count)
    var end = 0
    for (node, shapes) in architecture.parameterShapes.enumerated() where !shapes.isEmpty {
      firstTensorOfNode[node] = tensors.count
      for (suffix, kind, shape) in shapes {
        let range = end..<end + shape.reduce(1, *)
        tensors.append(
          ParameterTensor(
            name: architecture.nodes[node].name + suffix, kind: kind, shape: shape, range: range,
            node: node))
        end = (range.upperBound + Self.alignment - 1) / Self.alignment * Self.alignment
      }
    }
    self.tensors = tensors
    self.firstTensorOfNode = firstTensorOfNode
    count = end
  }

  /// The filter, the scale of batch norm, or the classifier's matrix of a node.
  ///
  /// - Precondition: the node has parameters.
  public func weight(ofNode node: Int) -> ParameterTensor {
    guard let first = firstTensorOfNode[node] else {
      preconditionFailure("node \(node) has no parameters")
    }
    return tensors[first]
  }

  /// The shift of batch norm or the bias of the classifier.
  ///
  /// - Precondition: the node is batch norm or the classifier.
  public func bias(ofNode node: Int) -> ParameterTensor {
    let place = firstTensorOfNode[node].map { $0 + 1 }
    guard let place, place < tensors.count, tensors[place].node == node else {
      preconditionFailure("node \(node) has no bias")
    }
    return tensors[place]
  }
}

extension Architecture {
  fileprivate typealias ParameterShape = (suffix: String, kind: ParameterTensor.Kind, shape: [Int])

  /// The parameters of each node, in the order of `nodes`.
  fileprivate var parameterShapes: [[ParameterShape]] {
    nodes.enumerated().map { place, node in
      let outputs = outputShapes[place].channels
      let inputs = node.inputs.first.map { outputShapes[$0].channels } ?? 0
      switch node.operation {
      case .convolution(_, let kernel, _):
        return [(".weight", .convolutionWeight, [kernel, kernel, inputs, outputs])]
      case .depthwiseConvolution(let kernel, _):
        return [(".weight", .depthwiseWeight, [kernel, kernel, outputs])]
      case .batchNormalization:
        return [
          (".weight", .normalizationScale, [outputs]), (".bias", .normalizationShift, [outputs]),
        ]
      case .linear:
        return [
          (".weight", .linearWeight, [inputs, outputs]), (".bias", .linearBias, [outputs]),
        ]
      case .image, .activation, .add, .maxPooling, .globalAveragePooling: return []
      }
    }
  }
}
