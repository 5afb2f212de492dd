import Engine
import TestSupport
import Testing

/// A layer of `outputs` channels, each on its own, and its numbers.
private struct DepthwiseData {
  let layer: LayerCase
  let twin: NaiveDepthwiseConvolution
  let input, gradient: DenseMap
  let weights: [Float]
  let inputShape: FeatureMap.Shape
  var exactWeights: [Double] { weights.map(Double.init) }
  var channels: ChannelSlice { layer.filter.outputs }
  var fullChannels: Int { layer.filter.fullOutputs }
  var operation: DepthwiseConvolution {
    DepthwiseConvolution(kernel: layer.kernel, stride: layer.stride)
  }

  init(_ layer: LayerCase) {
    self.layer = layer
    inputShape = FeatureMap.Shape(
      images: layer.images, height: layer.height, width: layer.width, channels: layer.outputs)
    twin = NaiveDepthwiseConvolution(
      kernel: layer.kernel, stride: layer.stride, fullChannels: layer.filter.fullOutputs,
      channels: layer.filter.outputs)
    input = DenseMap(inputShape, seed: layer.seed)
    gradient = DenseMap(layer.outputShape, seed: layer.seed + 1_000)
    weights = seededNumbers(
      layer.kernel * layer.kernel * layer.filter.fullOutputs, seed: layer.seed + 2_000)
  }

  func output(_ bench: Workbench) -> FeatureMap {
    let output = bench.blankMap(layer.outputShape)
    operation.forward(
      Operand(bench.map(input)), weights: bench.block(weights), fullChannels: fullChannels,
      channels: channels, output: output, in: bench.context)
    return output
  }

  func inputGradient(_ bench: Workbench) -> FeatureMap {
    let result = bench.blankMap(inputShape)
    operation.backwardData(
      bench.map(gradient), weights: bench.block(weights), fullChannels: fullChannels,
      channels: channels, inputGradient: result, in: bench.context)
    return result
  }

  func weightGradient(_ bench: Workbench, start: [Float]) -> [Float] {
    let block = bench.block(start)
    operation.backwardFilter(
      Operand(bench.map(input)), GradientOperand(bench.map(gradient)), fullChannels: fullChannels,
      channels: channels, gradients: .added(to: [block]), in: bench.context)
    return Array(UnsafeBufferPointer(start: block, count: start.count))
  }

  func expectedWeightGradient(start: [Float]) -> [Expected?] {
    var expected = [Expected?](repeating: nil, count: start.count)
    for tapRow in 0..<layer.kernel {
      for tapColumn in 0..<layer.kernel {
        for channel in 0..<layer.outputs {
          var sum = twin.weightGradient(
            input, gradient, images: 0..<layer.images, tapRow: tapRow, tapColumn: tapColumn,
            channel: channel)
          let index = twin.weightIndex(tapRow, tapColumn, channel)
          sum.add(Double(start[index]))
          expected[index] = sum.expected
        }
      }
    }
    return expected
  }
}

@Suite struct DepthwiseConvolutionTests {
  /// Maps of several bands, and of several groups of channels.
  private static let large = [1, 2].flatMap { stride in
    [
      LayerCase(
        images: 1, height: 230, width: 37, kernel: 3, stride: stride, outputs: 17,
        outputSlice: .right, seed: 51),
      LayerCase(
        images: 1, height: 130, width: 35, kernel: 5, stride: stride, outputs: 17, seed: 52),
      LayerCase(
        images: 2, height: 16, width: 17, kernel: 3, stride: stride, outputs: 400, seed: 53),
      LayerCase(
        images: 1, height: 9, width: 11, kernel: 5, stride: stride, outputs: 128, seed: 54),
    ]
  }

  @Test(arguments: LayerCase.seeded + large) func everyPassMeetsItsTwin(layer: LayerCase) {
    let data = DepthwiseData(layer)
    let weights = data.exactWeights
    let outputs = layer.outputShape.places.map {
      data.twin.output(data.input, weights: weights, at: $0).expected
    }
    let inputGradients = data.inputShape.places.map {
      data.twin.inputGradient(data.gradient, weights: weights, at: $0).expected
    }
    let start = seededNumbers(weights.count, seed: 5)
    let weightGradients = data.expectedWeightGradient(start: start)
    for kernels in KernelSet.runnable {
      withWorkbench(kernels) { bench in
        let output = data.output(bench)
        expectClose(output.dense(), outputs, "\(kernels.choice) output")
        output.expectZeroPadding("\(kernels.choice) output")
        let gradient = data.inputGradient(bench)
        expectClose(gradient.dense(), inputGradients, "\(kernels.choice) input gradient")
        gradient.expectZeroPadding("\(kernels.choice) input gradient")
        expectSlicedGradient(
          data.weightGradient(bench, start: start), weightGradients, start: start,
          "\(kernels.choice) filter gradient")
      }
    }
  }

  /// Maps and statistics are the same whether bands are made in the map or streamed to it.
  @Test(arguments: large.filter { $0.images % 2 == 0 } + [LayerCase(stride: 2, outputs: 40)])
  func streamingShowsInNoBits(layer: LayerCase) {
    let data = DepthwiseData(layer)
    for kernels in KernelSet.runnable {
      let found = [Int.max, 0].map { bytes in
        withWorkbench(kernels, threads: 2, streamedBytes: bytes) { bench in
          let output = bench.blankMap(layer.outputShape)
          let statistics = data.operation.forward(
            Operand(bench.map(data.input)), weights: bench.block(data.weights),
            fullChannels: data.fullChannels, channels: data.channels, output: output,
            statisticsOf: 2, in: bench.context)
          return (output: output.raw, statistics: statistics)
        }
      }
      expectEqualBits(found[0].output, found[1].output, "\(kernels.choice)")
      #expect(found[0].statistics == found[1].statistics, "\(kernels.choice)")
    }
  }

  /// `<conv(x), y> = <x, backwardData(y)> = <w, backwardFilter(x, y)>`.
  @Test(arguments: [1, 2]) func operatorsAreAdjoint(stride: Int) {
    let layer = LayerCase(
      images: 3, height: 17, width: 13, stride: stride, outputs: 72, outputSlice: .twoSpans, seed: 4
    )
    let data = DepthwiseData(layer)
    for kernels in KernelSet.runnable {
      withWorkbench(kernels) { bench in
        let forward = dot(data.output(bench).dense(), data.gradient.values)
        let backward = dot(data.inputGradient(bench).dense(), data.input.values)
        let zero = [Float](repeating: 0, count: data.weights.count)
        let filter = dot(data.weightGradient(bench, start: zero), data.exactWeights)
        let walk = Double(9 * data.gradient.values.count).squareRoot()
        #expect(abs(forward - backward) < 1e-5 * walk, "\(kernels.choice)")
        #expect(abs(forward - filter) < 1e-5 * walk, "\(kernels.choice)")
      }
    }
  }

  @Test func gradientsMeetFiniteDifferences() {
    let layer = LayerCase(height: 5, width: 4, stride: 2, outputs: 5, outputSlice: .right, seed: 9)
    let data = DepthwiseData(layer)
    let inputDirection = DenseMap(data.inputShape, seed: 31)
    let weightDirection = seededNumbers(data.weights.count, seed: 32).map(Double.init)
    let slope = centralDifference { h in
      let input = DenseMap(
        data.inputShape, zip(data.input.values, inputDirection.values).map { $0 + h * $1 })
      let weights = zip(data.exactWeights, weightDirection).map { $0 + h * $1 }
      return layer.outputShape.places.reduce(0) {
        $0 + data.twin.output(input, weights: weights, at: $1).value * data.gradient[$1]
      }
    }
    for kernels in KernelSet.runnable {
      withWorkbench(kernels) { bench in
        let zero = [Float](repeating: 0, count: data.weights.count)
        let predicted =
          dot(data.inputGradient(bench).dense(), inputDirection.values)
          + dot(data.weightGradient(bench, start: zero), weightDirection)
        #expect(abs(predicted - slope) < 1e-5 * max(1, abs(slope)), "\(kernels.choice)")
      }
    }
  }
}
