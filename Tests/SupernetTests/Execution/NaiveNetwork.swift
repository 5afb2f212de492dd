import Engine
import Supernet
import TestSupport

/// The full network in double precision, layer by layer, with the batch's own statistics.
struct NaiveNetwork {
  let network: SmallNetwork
  private var architecture: Architecture { network.space.architecture }

  /// The mean loss of some images.
  func loss(parameters: [Double], images: Int, smoothing: Double) -> Double {
    let scores = scores(parameters: parameters, images: images)
    let losses = (0..<images).map { image in
      NaiveSoftmaxCrossEntropy(
        scores: (0..<architecture.classes).map { scores[image, 0, 0, $0] },
        label: Int(network.labels[image]), smoothing: smoothing
      ).loss
    }
    return losses.reduce(0, +) / Double(images)
  }

  private func scores(parameters: [Double], images: Int) -> DenseMap {
    var values: [DenseMap] = []
    for place in architecture.nodes.indices {
      values.append(output(of: place, values, parameters, images: images))
    }
    return values[values.count - 1]
  }

  private func output(
    of place: Int, _ values: [DenseMap], _ parameters: [Double], images: Int
  ) -> DenseMap {
    let node = architecture.nodes[place]
    let size = architecture.outputShapes[place]
    let shape = FeatureMap.Shape(
      images: images, height: size.height, width: size.width, channels: size.channels)
    let inputs = node.inputs.map { values[$0] }
    func map(_ element: (Place) -> Double) -> DenseMap {
      DenseMap(shape, shape.places.map(element))
    }
    switch node.operation {
    case .image:
      return DenseMap(shape, Array(network.pixels.prefix(shape.pixels * shape.channels)))
    case .convolution(_, let kernel, let stride):
      let twin = convolution(kernel, stride, from: inputs[0], to: size.channels)
      let weights = weights(place, parameters)
      return map { twin.output(inputs[0], weights: weights, at: $0).value }
    case .depthwiseConvolution(let kernel, let stride):
      let twin = NaiveDepthwiseConvolution(
        kernel: kernel, stride: stride, fullChannels: size.channels,
        channels: ChannelSlice(0..<size.channels))
      let weights = weights(place, parameters)
      return map { twin.output(inputs[0], weights: weights, at: $0).value }
    case .batchNormalization:
      let twin = NaiveBatchNormalization(
        inputs[0], gamma: weights(place, parameters), beta: biases(place, parameters),
        activation: .none)
      return map { twin.output(at: $0) }
    case .activation(let activation):
      let function: FusedActivation = activation == .relu ? .relu : .relu6
      return map { function(inputs[0][$0]) }
    case .add: return map { inputs[0][$0] + inputs[1][$0] }
    case .maxPooling(let kernel, let stride):
      let twin = NaiveMaxPooling(kernel: kernel, stride: stride)
      return map { inputs[0][twin.winner(inputs[0], at: $0)] }
    case .globalAveragePooling:
      return map { naiveMean(inputs[0], image: $0.image, channel: $0.channel).value }
    case .linear:
      let twin = convolution(1, 1, from: inputs[0], to: size.channels)
      let (weights, biases) = (weights(place, parameters), biases(place, parameters))
      return map {
        twin.output(inputs[0], weights: weights, at: $0).value + biases[$0.channel]
      }
    }
  }

  private func convolution(
    _ kernel: Int, _ stride: Int, from input: DenseMap, to outputs: Int
  ) -> NaiveConvolution {
    let inputs = input.shape.channels
    return NaiveConvolution(
      filter: FilterView(
        kernel: kernel, fullInputs: inputs, fullOutputs: outputs, inputs: ChannelSlice(0..<inputs),
        outputs: ChannelSlice(0..<outputs)), stride: stride)
  }

  private func weights(_ node: Int, _ parameters: [Double]) -> [Double] {
    Array(parameters[network.layout.weight(ofNode: node).range])
  }

  private func biases(_ node: Int, _ parameters: [Double]) -> [Double] {
    Array(parameters[network.layout.bias(ofNode: node).range])
  }
}
