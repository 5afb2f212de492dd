import Engine
import TestSupport
import Testing

@Suite struct FullyConnectedTests {
  static let layers = [
    LayerCase(images: 1, height: 1, width: 1, kernel: 1, inputs: 1, outputs: 3, seed: 1),
    LayerCase(
      images: 5, height: 1, width: 1, kernel: 1, inputs: 33, outputs: 10, inputSlice: .right,
      seed: 2),
    LayerCase(
      images: 4, height: 1, width: 1, kernel: 1, inputs: 72, outputs: 40, inputSlice: .twoSpans,
      seed: 3),
    LayerCase(
      images: 2, height: 1, width: 1, kernel: 1, inputs: 17, outputs: 100, inputSlice: .left,
      seed: 4),
  ]

  @Test(arguments: layers) func everyPassMeetsItsTwin(layer: LayerCase) {
    let twin = NaiveConvolution(filter: layer.filter, stride: 1)
    let input = DenseMap(layer.inputShape, seed: layer.seed)
    let gradient = DenseMap(layer.outputShape, seed: layer.seed + 1)
    let weights = seededNumbers(layer.weightCount, seed: layer.seed + 2)
    let biases = seededNumbers(layer.outputs, seed: layer.seed + 3)
    let exactWeights = weights.map(Double.init)
    let outputs = layer.outputShape.places.map { place in
      var sum = twin.output(input, weights: exactWeights, at: place)
      sum.add(Double(biases[place.channel]))
      return sum.expected
    }
    let inputGradients = layer.inputShape.places.map {
      twin.inputGradient(gradient, weights: exactWeights, at: $0).expected
    }
    for kernels in KernelSet.runnable {
      withWorkbench(kernels) { bench in
        let operation = FullyConnected()
        let (output, result) = (
          bench.blankMap(layer.outputShape), bench.blankMap(layer.inputShape)
        )
        let (weightBlock, inputMap) = (bench.block(weights), bench.map(input))
        operation.forward(
          inputMap, weights: weightBlock, bias: bench.block(biases), filter: layer.filter,
          output: output, in: bench.context)
        expectClose(output.dense(), outputs, "\(kernels.choice) output")
        output.expectZeroPadding("\(kernels.choice) output")
        operation.backwardData(
          bench.map(gradient), weights: weightBlock, filter: layer.filter, inputGradient: result,
          in: bench.context)
        expectClose(result.dense(), inputGradients, "\(kernels.choice) input gradient")
        result.expectZeroPadding("\(kernels.choice) input gradient")
        expectParameterGradients(layer, inputMap, input, gradient, bench)
      }
    }
  }

  private func expectParameterGradients(
    _ layer: LayerCase, _ map: FeatureMap, _ input: DenseMap, _ gradient: DenseMap,
    _ bench: Workbench
  ) {
    let twin = NaiveConvolution(filter: layer.filter, stride: 1)
    let weightStart = seededNumbers(layer.weightCount, seed: 50)
    let biasStart = seededNumbers(layer.outputs, seed: 51)
    let (weights, biases) = (bench.block(weightStart), bench.block(biasStart))
    FullyConnected().backwardFilter(
      map, bench.map(gradient), filter: layer.filter, weightGradients: .added(to: [weights]),
      biasGradients: .added(to: [biases]),
      in: bench.context)
    var expected = [Expected?](repeating: nil, count: layer.weightCount)
    var expectedBiases: [Expected] = []
    for m in 0..<layer.outputs {
      for k in 0..<layer.inputs {
        var sum = twin.weightGradient(
          input, gradient, images: 0..<layer.images, tapRow: 0, tapColumn: 0, input: k, output: m)
        let index = twin.weightIndex(0, 0, k, m)
        sum.add(Double(weightStart[index]))
        expected[index] = sum.expected
      }
      var sum = Sum()
      sum.add(Double(biasStart[m]))
      for image in 0..<layer.images { sum.add(gradient[image, 0, 0, m]) }
      expectedBiases.append(sum.expected)
    }
    let kernels = "\(bench.context.kernels.choice)"
    expectSlicedGradient(
      Array(UnsafeBufferPointer(start: weights, count: layer.weightCount)), expected,
      start: weightStart, "\(kernels) weight gradient")
    expectClose(
      Array(UnsafeBufferPointer(start: biases, count: layer.outputs)), expectedBiases,
      "\(kernels) bias gradient")
  }
}
