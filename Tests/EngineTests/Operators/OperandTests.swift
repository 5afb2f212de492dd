import Engine
import TestSupport
import Testing

/// An operator gives the same bits whether a normalisation in front of it was written or is left to it.
@Suite struct OperandTests {
  private static let shards = 3
  private static let shape = FeatureMap.Shape(images: 6, height: 9, width: 7, channels: 19)

  private func written(_ operand: Operand, _ bench: Workbench) -> Operand {
    let map = bench.blankMap(operand.shape)
    operand.write(to: map, in: bench.context)
    return Operand(map)
  }

  private func expectSame(
    _ activation: FusedActivation, convolution: ConvolutionChoice = .direct,
    shape: FeatureMap.Shape = shape, _ run: (Workbench, Operand) -> [Float]
  ) {
    for kernels in KernelSet.runnable {
      withWorkbench(kernels, threads: 2, convolution: convolution) { bench in
        let operand = bench.normalized(shape, activation, shards: Self.shards, seed: 1)
        expectEqualBits(
          run(bench, operand), run(bench, written(operand, bench)), "\(kernels.choice)")
      }
    }
  }

  /// Few channels and many, sampled and clipped patches, and Winograd's tiles.
  @Test(
    arguments: [
      LayerCase(kernel: 3, stride: 1, inputs: 19, outputs: 33),
      LayerCase(kernel: 3, stride: 2, inputs: 5, outputs: 17),
      LayerCase(kernel: 1, stride: 2, inputs: 19, outputs: 17),
      LayerCase(kernel: 5, stride: 1, inputs: 33, outputs: 3),
    ], [ConvolutionChoice.direct, .winograd])
  func convolutionsApplyIt(layer: LayerCase, convolution: ConvolutionChoice) {
    let shape = FeatureMap.Shape(images: 6, height: 9, width: 7, channels: layer.inputs)
    let operation = Convolution(kernel: layer.kernel, stride: layer.stride)
    let filter = layer.filter
    expectSame(.relu6, convolution: convolution, shape: shape) { bench, operand in
      let weights = bench.block(seededNumbers(layer.weightCount, seed: 7))
      let output = bench.blankMap(operation.outputShape(for: shape, channels: layer.outputs))
      operation.forward(
        operand, weights: weights, filter: filter, output: output, in: bench.context)
      let gradients = (0..<Self.shards).map { _ in
        bench.block(Array(repeating: 0, count: layer.weightCount))
      }
      operation.backwardFilter(
        operand, GradientOperand(output), filter: filter, gradients: .added(to: gradients),
        in: bench.context)
      return output.raw
        + gradients.flatMap {
          Array(UnsafeBufferPointer(start: $0, count: layer.weightCount))
        }
    }
  }

  @Test(arguments: [1, 2], [3, 5])
  func depthwiseConvolutionsApplyIt(stride: Int, kernel: Int) {
    let operation = DepthwiseConvolution(kernel: kernel, stride: stride)
    let channels = ChannelSlice(0..<Self.shape.channels)
    let count = kernel * kernel * Self.shape.channels
    expectSame(.relu) { bench, operand in
      let output = bench.blankMap(operation.outputShape(for: Self.shape))
      operation.forward(
        operand, weights: bench.block(seededNumbers(count, seed: 7)),
        fullChannels: channels.count, channels: channels, output: output, in: bench.context)
      let gradient = bench.block(Array(repeating: 0, count: count))
      operation.backwardFilter(
        operand, GradientOperand(output), fullChannels: channels.count, channels: channels,
        gradients: .added(to: [gradient]), in: bench.context)
      return output.raw + Array(UnsafeBufferPointer(start: gradient, count: count))
    }
  }

  @Test(arguments: [FusedActivation.none, .relu, .relu6])
  func sumsAndPoolsApplyIt(activation: FusedActivation) {
    expectSame(activation) { bench, operand in
      let other = bench.normalized(Self.shape, .relu6, shards: Self.shards, seed: 20)
      let sum = bench.blankMap(Self.shape)
      Elementwise(activation: .relu).add(operand, other, output: sum, in: bench.context)
      let pooling = MaxPooling(kernel: 3, stride: 2)
      let (largest, scattered) = (
        bench.blankMap(pooling.outputShape(for: Self.shape)), bench.blankMap(Self.shape)
      )
      pooling.forward(operand, output: largest, in: bench.context)
      pooling.backward(
        operand, output: largest, gradient: largest, inputGradient: scattered, in: bench.context)
      let mean = bench.blankMap(GlobalAveragePooling.outputShape(for: Self.shape))
      GlobalAveragePooling.forward(operand, output: mean, in: bench.context)
      return sum.raw + largest.raw + scattered.raw + mean.raw
    }
  }

  /// Whoever writes a map takes the same statistics as a pass over the map.
  @Test(arguments: [ConvolutionChoice.direct, .winograd])
  func writersTakeStatistics(convolution: ConvolutionChoice) {
    let shape = FeatureMap.Shape(images: 6, height: 21, width: 67, channels: 17)
    let filter = FilterView(
      kernel: 3, fullInputs: 17, fullOutputs: 200, inputs: ChannelSlice(0..<17),
      outputs: ChannelSlice(0..<200))
    for kernels in KernelSet.runnable {
      withWorkbench(kernels, threads: 2, convolution: convolution) { bench in
        let output = bench.blankMap(
          FeatureMap.Shape(images: 6, height: 21, width: 67, channels: 200))
        let taken = Convolution(kernel: 3, stride: 1).forward(
          bench.normalized(shape, .relu, shards: Self.shards, seed: 1),
          weights: bench.block(seededNumbers(9 * 17 * 200, seed: 2)), filter: filter,
          output: output, statisticsOf: Self.shards, in: bench.context)
        #expect(
          taken
            == BatchNormalization.statistics(of: output, shards: Self.shards, in: bench.context))
        let filtered = bench.blankMap(shape)
        let depthwise = DepthwiseConvolution(kernel: 3, stride: 1).forward(
          bench.normalized(shape, .relu, shards: Self.shards, seed: 1),
          weights: bench.block(seededNumbers(9 * 17, seed: 2)), fullChannels: 17,
          channels: ChannelSlice(0..<17), output: filtered, statisticsOf: Self.shards,
          in: bench.context)
        #expect(
          depthwise
            == BatchNormalization.statistics(of: filtered, shards: Self.shards, in: bench.context))
      }
    }
  }

  /// A gradient left in front of a normalisation is carried out once, by the filter's gradient.
  @Test(arguments: [ConvolutionChoice.direct, .winograd])
  func filterGradientsCarryOutWhatIsPending(convolution: ConvolutionChoice) {
    let shape = Self.shape
    let filter = FilterView(
      kernel: 3, fullInputs: 19, fullOutputs: 19, inputs: ChannelSlice(0..<19),
      outputs: ChannelSlice(0..<19))
    let size = 9 * 19 * 19
    for kernels in KernelSet.runnable {
      withWorkbench(kernels, threads: 2, convolution: convolution) { bench in
        let input = bench.map(shape, seededNumbers(shape.pixels * shape.channels, seed: 31))
        let results = [false, true].map { isResolvedBefore in
          let state = bench.state(shards: Self.shards, shape: shape)
          let map = bench.map(shape, seededNumbers(shape.pixels * shape.channels, seed: 32))
          let normalization = BatchNormalization(activation: .relu)
          _ = normalization.forward(
            map,
            statistics: BatchNormalization.statistics(
              of: map, shards: Self.shards, in: bench.context),
            gamma: bench.block(seededNumbers(19, seed: 33)),
            beta: bench.block(seededNumbers(19, seed: 34)), channels: ChannelSlice(0..<19),
            state: state)
          let gradient = bench.map(shape, seededNumbers(shape.pixels * shape.channels, seed: 35))
          let sums = (0..<2 * Self.shards).map { _ in bench.block(Array(repeating: 0, count: 19)) }
          var operand = normalization.backward(
            map, gradient: gradient, result: gradient, state: state, channels: ChannelSlice(0..<19),
            gammaGradients: .added(to: Array(sums.prefix(Self.shards))),
            betaGradients: .added(to: Array(sums.suffix(Self.shards))),
            in: bench.context)
          if isResolvedBefore {
            operand.resolve(in: bench.context)
            operand = GradientOperand(gradient)
          }
          let blocks = (0..<Self.shards).map { _ in bench.block(Array(repeating: 0, count: size)) }
          Convolution(kernel: 3, stride: 1).backwardFilter(
            Operand(input), operand, filter: filter, gradients: .added(to: blocks),
            in: bench.context)
          return gradient.raw
            + blocks.flatMap { Array(UnsafeBufferPointer(start: $0, count: size)) }
        }
        expectEqualBits(results[0], results[1], "\(kernels.choice)")
      }
    }
  }
}
