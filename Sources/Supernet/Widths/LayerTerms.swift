/// The costs of one layer as functions of the group widths.
struct LayerTerms {
  let node: Int
  let inputs: ChannelCount
  let outputs: ChannelCount
  let macs: [CostTerm]
  let parameters: [CostTerm]

  /// The layers of a network that cost anything, in network order.
  static func all(of space: SearchSpace) -> [LayerTerms] {
    space.architecture.nodes.indices.compactMap { LayerTerms(node: $0, in: space) }
  }

  private init?(node place: Int, in space: SearchSpace) {
    let node = space.architecture.nodes[place]
    guard let input = node.inputs.first else { return nil }
    let shape = space.architecture.outputShapes[place]
    let places = shape.height * shape.width
    self.node = place
    inputs = space.channelCount(ofOutput: input)
    outputs = space.channelCount(ofOutput: place)
    switch node.operation {
    case .convolution(_, let kernel, _):
      macs = [CostTerm(places * kernel * kernel, inputs, outputs)]
      parameters = [CostTerm(kernel * kernel, inputs, outputs)]
    case .depthwiseConvolution(let kernel, _):
      macs = [CostTerm(places * kernel * kernel, outputs)]
      parameters = [CostTerm(kernel * kernel, outputs)]
    case .batchNormalization:
      macs = []
      parameters = [CostTerm(2, outputs)]
    case .linear:
      macs = [CostTerm(1, inputs, outputs)]
      parameters = [CostTerm(1, inputs, outputs), CostTerm(1, outputs)]
    case .image, .activation, .add, .maxPooling, .globalAveragePooling: return nil
    }
  }

  func row(in space: SearchSpace, channels: [Int]) -> LayerCost {
    let layer = space.architecture.nodes[node]
    let shape = space.architecture.outputShapes[node]
    return LayerCost(
      name: layer.name, operation: layer.operation.description,
      inputs: inputs.value(for: channels), outputs: outputs.value(for: channels),
      height: shape.height, width: shape.width,
      macs: macs.total(for: channels), parameters: parameters.total(for: channels))
  }
}

extension SearchSpace {
  fileprivate func channelCount(ofOutput node: Int) -> ChannelCount {
    group(ofNode: node).map(ChannelCount.group) ?? .fixed(architecture.outputShapes[node].channels)
  }
}
