import BenchmarkSupport
import Engine

/// The three passes of a layer, by their names in the peers' commands.
enum ConvolutionPass: String, CaseIterable, Encodable {
  case forward
  case backwardData = "backward-data"
  case backwardWeights = "backward-weights"
}

/// One convolution of ours, with all its operands.
final class OwnConvolution {
  private enum Operator {
    case ordinary(Convolution, FilterView)
    case depthwise(DepthwiseConvolution, ChannelSlice)
  }

  private let layer: Operator
  private let context: EngineContext
  private let input, inputGradient, output: FeatureMap
  private let storage: [AlignedStorage<Float>]
  private let weights, gradient: UnsafeMutablePointer<Float>

  /// Operands full of small numbers, none of them 0.
  init(_ shape: ConvolutionShape, context: EngineContext) {
    self.context = context
    // Images lie without padding, as networks read them; maps of few channels do not.
    let inputShape = FeatureMap.Shape(
      images: shape.images, height: shape.height, width: shape.width, channels: shape.inputs,
      isDense: shape.inputs == 3)
    let gradientShape = FeatureMap.Shape(
      images: shape.images, height: shape.height, width: shape.width, channels: shape.inputs)
    let all = ChannelSlice(0..<shape.inputs)
    let outputShape: FeatureMap.Shape
    if shape.isDepthwise {
      let convolution = DepthwiseConvolution(kernel: shape.kernel, stride: shape.stride)
      outputShape = convolution.outputShape(for: inputShape)
      layer = .depthwise(convolution, all)
    } else {
      let convolution = Convolution(kernel: shape.kernel, stride: shape.stride)
      outputShape = convolution.outputShape(for: inputShape, channels: shape.outputs)
      layer = .ordinary(
        convolution,
        FilterView(
          kernel: shape.kernel, fullInputs: shape.inputs, fullOutputs: shape.outputs, inputs: all,
          outputs: ChannelSlice(0..<shape.outputs)))
    }
    let filter = shape.kernel * shape.kernel * shape.inputs * shape.outputs / shape.groups
    storage = [
      inputShape.elements, outputShape.elements, filter, filter, gradientShape.elements,
    ].map { AlignedStorage(count: $0) }
    input = FeatureMap(inputShape, in: storage[0])
    inputGradient = FeatureMap(gradientShape, in: storage[4])
    output = FeatureMap(outputShape, in: storage[1])
    // `storage` holds both.
    weights = storage[2].withMutableElements { $0.baseAddress! }
    gradient = storage[3].withMutableElements { $0.baseAddress! }
    Self.numbers(filter).withUnsafeBufferPointer { [weights] in
      weights.update(from: $0.baseAddress!, count: filter)
    }
    for map in [input, output] {
      Self.numbers(map.shape.pixels * map.shape.channels).withUnsafeBufferPointer {
        map.fill(fromDense: $0, in: context)
      }
    }
  }

  private static func numbers(_ count: Int) -> [Float] {
    (0..<count).map { Float($0 % 251 + 1) / 251 - 0.5 }
  }

  /// The mean seconds of a pass, after one that is not counted.
  func seconds(_ pass: ConvolutionPass, repetitions: Int) -> Double {
    run(pass)
    return BenchmarkSupport.seconds { for _ in 0..<repetitions { run(pass) } }
      / Double(repetitions)
  }

  private func run(_ pass: ConvolutionPass) {
    switch layer {
    case .ordinary(let convolution, let filter): run(pass, convolution, filter)
    case .depthwise(let convolution, let channels): run(pass, convolution, channels)
    }
  }

  private func run(_ pass: ConvolutionPass, _ convolution: Convolution, _ filter: FilterView) {
    switch pass {
    case .forward:
      convolution.forward(
        Operand(input), weights: weights, filter: filter, output: output, in: context)
    case .backwardData:
      convolution.backwardData(
        output, weights: weights, filter: filter, inputGradient: inputGradient, in: context)
    case .backwardWeights:
      convolution.backwardFilter(
        Operand(input), GradientOperand(output), filter: filter, gradients: .stored(in: [gradient]),
        in: context)
    }
  }

  private func run(
    _ pass: ConvolutionPass, _ convolution: DepthwiseConvolution, _ channels: ChannelSlice
  ) {
    let full = channels.count
    switch pass {
    case .forward:
      convolution.forward(
        Operand(input), weights: weights, fullChannels: full, channels: channels, output: output,
        in: context)
    case .backwardData:
      convolution.backwardData(
        output, weights: weights, fullChannels: full, channels: channels,
        inputGradient: inputGradient, in: context)
    case .backwardWeights:
      convolution.backwardFilter(
        Operand(input), GradientOperand(output), fullChannels: full, channels: channels,
        gradients: .stored(in: [gradient]), in: context)
    }
  }
}
