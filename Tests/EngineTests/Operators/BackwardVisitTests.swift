import Engine
import TestSupport
import Testing

/// Both gradients in one visit, with normalisations left pending on either side, have the bits of visits one by one
/// to maps that were written out.
@Suite struct BackwardVisitTests {
  private static let shards = 3

  /// Layers of one visit and of two, whose maps are one chunk or several an image.
  static let layers = [
    LayerCase(
      images: 6, height: 33, width: 21, kernel: 1, inputs: 40, outputs: 17, inputSlice: .twoSpans,
      outputSlice: .right, seed: 1),
    LayerCase(
      images: 6, height: 32, width: 32, kernel: 1, inputs: 17, outputs: 72, inputSlice: .right,
      outputSlice: .twoSpans, seed: 2),
    LayerCase(images: 6, height: 7, width: 7, kernel: 1, inputs: 33, outputs: 40, seed: 3),
    LayerCase(images: 6, height: 17, width: 13, kernel: 1, stride: 2, inputs: 17, outputs: 40),
    LayerCase(
      images: 6, height: 21, width: 67, kernel: 3, inputs: 17, outputs: 33, inputSlice: .right,
      seed: 4),
    LayerCase(images: 6, height: 9, width: 7, kernel: 5, stride: 2, inputs: 17, outputs: 16),
    // Input gradients so wide that the normalisation in front sees them in parts.
    LayerCase(images: 18, height: 9, width: 9, kernel: 3, stride: 2, inputs: 300, outputs: 17),
  ]

  @Test(arguments: layers, [ConvolutionChoice.direct, .winograd])
  func convolutionsMeetTwoVisits(layer: LayerCase, convolution: ConvolutionChoice) {
    let operation = Convolution(kernel: layer.kernel, stride: layer.stride)
    expectSame(
      layer, inputChannels: layer.inputs, weightCount: layer.weightCount, convolution
    ) { chain, blocks in
      operation.backward(
        chain.input, chain.gradient, weights: chain.weights, filter: layer.filter,
        gradients: .added(to: blocks), inputGradient: chain.result, sums: chain.sums,
        in: chain.bench.context)
    } apart: { chain, blocks in
      operation.backwardFilter(
        chain.input, chain.gradient, filter: layer.filter, gradients: .added(to: blocks),
        in: chain.bench.context)
      operation.backwardData(
        chain.gradient.map, weights: chain.weights, filter: layer.filter,
        inputGradient: chain.result, in: chain.bench.context)
    }
  }

  @Test(arguments: [3, 5, 7], [1, 2])
  func depthwiseConvolutionsMeetTwoVisits(kernel: Int, stride: Int) {
    let layer = LayerCase(
      images: 6, height: 70, width: 35, kernel: kernel, stride: stride, inputs: 33, outputs: 33,
      outputSlice: .twoSpans, seed: kernel)
    let operation = DepthwiseConvolution(kernel: kernel, stride: stride)
    let channels = layer.filter.outputs
    let full = layer.filter.fullOutputs
    expectSame(
      layer, inputChannels: 33, weightCount: kernel * kernel * full, .direct,
      streamedBytes: [.max, 0]
    ) { chain, blocks in
      operation.backward(
        chain.input, chain.gradient, weights: chain.weights, fullChannels: full,
        channels: channels, gradients: .added(to: blocks), inputGradient: chain.result,
        sums: chain.sums,
        in: chain.bench.context)
    } apart: { chain, blocks in
      operation.backwardFilter(
        chain.input, chain.gradient, fullChannels: full, channels: channels,
        gradients: .added(to: blocks),
        in: chain.bench.context)
      operation.backwardData(
        chain.gradient.map, weights: chain.weights, fullChannels: full, channels: channels,
        inputGradient: chain.result, in: chain.bench.context)
    }
  }

  /// An addition behind a normalisation takes its sums; one chunk or several an image, and both activations.
  @Test(arguments: [7, 35], [FusedActivation.relu, .relu6])
  func additionsMeetTwoVisits(side: Int, activation: FusedActivation) {
    let shape = FeatureMap.Shape(images: 6, height: side, width: side, channels: 33)
    let count = shape.pixels * shape.channels
    for kernels in KernelSet.runnable {
      withWorkbench(kernels, threads: 2) { bench in
        let output = bench.map(shape, seededNumbers(count, seed: 2).map { 9 * $0 })
        let found = [false, true].map { takesSums in
          let front = Normalized(bench, shape, .none, shards: Self.shards, seed: 10)
          let gradient = bench.map(shape, seededNumbers(count, seed: 1))
          let sums =
            takesSums
            ? front.operation.gradientSums(
              of: front.map, state: front.state, shards: Self.shards, in: bench.context) : nil
          Elementwise(activation: activation).backward(
            gradient: gradient, output: output, result: gradient, sums: sums, in: bench.context)
          let behind = front.backward(gradient, sums: sums, shards: Self.shards, bench)
          behind.operand.resolve(in: bench.context)
          return behind.operand.map.raw + behind.parameters
        }
        expectEqualBits(found[0], found[1], "\(kernels.choice)")
      }
    }
  }

  private func expectSame(
    _ layer: LayerCase, inputChannels: Int, weightCount: Int, _ convolution: ConvolutionChoice,
    streamedBytes: [Int] = [.max],
    together: (LayerChain, [UnsafeMutablePointer<Float>]) -> Void,
    apart: (LayerChain, [UnsafeMutablePointer<Float>]) -> Void
  ) {
    for kernels in KernelSet.runnable {
      let found = streamedBytes.flatMap { bytes in
        withWorkbench(
          kernels, threads: 2, convolution: convolution, streamedBytes: bytes
        ) { bench in
          [false, true].map { isWritten in
            let chain = LayerChain(
              bench, layer, inputChannels: inputChannels, weightCount: weightCount,
              shards: Self.shards, isWritten: isWritten)
            let blocks = (0..<Self.shards).map { _ in
              bench.block(seededNumbers(weightCount, seed: 9))
            }
            (isWritten ? apart : together)(chain, blocks)
            return chain.result.raw
              + blocks.flatMap { Array(UnsafeBufferPointer(start: $0, count: weightCount)) }
              + chain.gradientInFront()
          }
        }
      }
      for other in found.dropFirst() { expectEqualBits(found[0], other, "\(kernels.choice)") }
    }
  }
}

/// A layer between two batch normalisations in training, ready for its backward pass.
private struct LayerChain {
  let bench: Workbench
  let input: Operand
  let gradient: GradientOperand
  let weights: UnsafeMutablePointer<Float>
  let result: FeatureMap
  /// None where everything is written out.
  let sums: NormalizationGradientSums?
  private let front: Normalized
  private let shards: Int

  /// - Parameter isWritten: whether what is pending has been carried out before the layer's pass.
  init(
    _ bench: Workbench, _ layer: LayerCase, inputChannels: Int, weightCount: Int, shards: Int,
    isWritten: Bool
  ) {
    self.bench = bench
    self.shards = shards
    let shape = FeatureMap.Shape(
      images: layer.images, height: layer.height, width: layer.width, channels: inputChannels)
    front = Normalized(bench, shape, .relu6, shards: shards, seed: 10)
    let behind = Normalized(bench, layer.outputShape, .relu, shards: shards, seed: 20)
    let outer = bench.map(
      layer.outputShape,
      seededNumbers(layer.outputShape.pixels * layer.outputShape.channels, seed: 30))
    weights = bench.block(seededNumbers(weightCount, seed: 31))
    result = bench.blankMap(shape)
    let pending = behind.backward(outer, sums: nil, shards: shards, bench).operand
    guard isWritten else {
      (input, gradient) = (front.operand, pending)
      sums = front.operation.gradientSums(
        of: front.map, state: front.state, shards: shards, in: bench.context)
      return
    }
    let written = bench.blankMap(shape)
    front.operand.write(to: written, in: bench.context)
    pending.resolve(in: bench.context)
    (input, gradient, sums) = (Operand(written), GradientOperand(pending.map), nil)
  }

  /// What the normalisation in front makes of the result: its parameters' gradients and its input's.
  func gradientInFront() -> [Float] {
    let found = front.backward(result, sums: sums, shards: shards, bench)
    found.operand.resolve(in: bench.context)
    return found.operand.map.raw + found.parameters
  }
}

/// A batch normalisation after its forward pass.
private struct Normalized {
  let map: FeatureMap
  let state: NormalizationState
  let operation: BatchNormalization
  let operand: Operand

  init(
    _ bench: Workbench, _ shape: FeatureMap.Shape, _ activation: FusedActivation, shards: Int,
    seed: Int
  ) {
    let channels = shape.channels
    map = bench.map(
      shape, seededNumbers(shape.pixels * channels, seed: seed).map { 3 * $0 + 1 })
    state = bench.state(shards: shards, shape: shape)
    operation = BatchNormalization(activation: activation)
    operand = operation.forward(
      map, statistics: BatchNormalization.statistics(of: map, shards: shards, in: bench.context),
      gamma: bench.block(seededNumbers(channels, seed: seed + 1).map { 4 * $0 }),
      beta: bench.block(seededNumbers(channels, seed: seed + 2).map { 2 * $0 + 2 }),
      channels: ChannelSlice(0..<channels), state: state)
  }

  func backward(
    _ gradient: FeatureMap, sums: NormalizationGradientSums?, shards: Int, _ bench: Workbench
  ) -> (operand: GradientOperand, parameters: [Float]) {
    let channels = map.shape.channels
    let blocks = (0..<2 * shards).map { _ in bench.block(Array(repeating: 0, count: channels)) }
    let operand = operation.backward(
      map, gradient: gradient, result: gradient, state: state,
      channels: ChannelSlice(0..<channels),
      gammaGradients: .added(to: Array(blocks.prefix(shards))),
      betaGradients: .added(to: Array(blocks.suffix(shards))), sums: sums, in: bench.context)
    return (
      operand, blocks.flatMap { Array(UnsafeBufferPointer(start: $0, count: channels)) }
    )
  }
}
