import Engine
import TestSupport
import Testing

@Suite struct PoolingTests {
  /// Whole numbers make ties common: the first input in the order of taps wins.
  @Test(arguments: LayerCase.seeded) func maxPoolingMeetsItsTwin(layer: LayerCase) {
    let twin = NaiveMaxPooling(kernel: layer.kernel, stride: layer.stride)
    let shape = FeatureMap.Shape(
      images: layer.images, height: layer.height, width: layer.width, channels: layer.outputs)
    let input = DenseMap(
      shape, seededWholeNumbers(shape.pixels * shape.channels, seed: layer.seed))
    let gradient = DenseMap(layer.outputShape, seed: layer.seed + 1)
    let largest = layer.outputShape.places.map { Float(input[twin.winner(input, at: $0)]) }
    let expected = twin.inputGradients(input, gradient)
    for kernels in KernelSet.runnable {
      withWorkbench(kernels) { bench in
        let pooling = MaxPooling(kernel: layer.kernel, stride: layer.stride)
        let map = Operand(bench.map(input))
        let output = bench.blankMap(layer.outputShape)
        pooling.forward(map, output: output, in: bench.context)
        #expect(output.dense() == largest, "\(kernels.choice)")
        output.expectZeroPadding("\(kernels.choice) output")
        let inputGradient = bench.blankMap(shape)
        pooling.backward(
          map, output: output, gradient: bench.map(gradient), inputGradient: inputGradient,
          in: bench.context)
        expectClose(inputGradient.dense(), expected, "\(kernels.choice) input gradient")
        inputGradient.expectZeroPadding("\(kernels.choice) input gradient")
      }
    }
  }

  /// Divergence stays visible: a window with a value that is no number has no other maximum.
  @Test(arguments: 0..<9) func notANumberWins(position: Int) {
    let shape = FeatureMap.Shape(images: 1, height: 3, width: 3, channels: 1)
    var input = DenseMap(shape, seed: position)
    input.values[position] = .nan
    // The window around the middle sees all nine.
    let middles = KernelSet.runnable.map { kernels in
      withWorkbench(kernels) { bench in
        let output = bench.blankMap(shape)
        MaxPooling(kernel: 3, stride: 1).forward(
          Operand(bench.map(input)), output: output, in: bench.context)
        return output.dense()[4]
      }
    }
    #expect(middles.allSatisfy { $0.isNaN })
  }

  /// The loss `<pool(x), y>` moves along a direction as the gradient says.
  @Test func maxPoolingMeetsAFiniteDifference() {
    let shape = FeatureMap.Shape(images: 2, height: 5, width: 4, channels: 3)
    let pooledShape = FeatureMap.Shape(images: 2, height: 3, width: 2, channels: 3)
    let twin = NaiveMaxPooling(kernel: 3, stride: 2)
    let (input, direction) = (DenseMap(shape, seed: 1), DenseMap(shape, seed: 2))
    let gradient = DenseMap(pooledShape, seed: 3)
    let slope = centralDifference { h in
      let moved = DenseMap(shape, zip(input.values, direction.values).map { $0 + h * $1 })
      return pooledShape.places.reduce(0) {
        $0 + moved[twin.winner(moved, at: $1)] * gradient[$1]
      }
    }
    for kernels in KernelSet.runnable {
      withWorkbench(kernels) { bench in
        let pooling = MaxPooling(kernel: 3, stride: 2)
        let map = Operand(bench.map(input))
        let (output, result) = (bench.blankMap(pooledShape), bench.blankMap(shape))
        pooling.forward(map, output: output, in: bench.context)
        pooling.backward(
          map, output: output, gradient: bench.map(gradient), inputGradient: result,
          in: bench.context)
        #expect(abs(dot(result.dense(), direction.values) - slope) < 1e-5, "\(kernels.choice)")
      }
    }
  }

  @Test(arguments: [
    FeatureMap.Shape(images: 1, height: 1, width: 1, channels: 1),
    FeatureMap.Shape(images: 3, height: 2, width: 3, channels: 17),
    FeatureMap.Shape(images: 2, height: 16, width: 16, channels: 33),
    FeatureMap.Shape(images: 5, height: 7, width: 7, channels: 72),
  ]) func globalAverageMeetsItsTwin(shape: FeatureMap.Shape) {
    let input = DenseMap(shape, seed: 1)
    let pooledShape = GlobalAveragePooling.outputShape(for: shape)
    let gradient = DenseMap(pooledShape, seed: 2)
    let means = pooledShape.places.map {
      naiveMean(input, image: $0.image, channel: $0.channel).expected
    }
    let shares = shape.places.map { place in
      var sum = Sum()
      sum.add(gradient[place.image, 0, 0, place.channel] / Double(shape.imagePixels))
      return sum.expected
    }
    for kernels in KernelSet.runnable {
      withWorkbench(kernels) { bench in
        let (output, result) = (bench.blankMap(pooledShape), bench.blankMap(shape))
        GlobalAveragePooling.forward(
          Operand(bench.map(input)), output: output, in: bench.context)
        GlobalAveragePooling.backward(
          bench.map(gradient), inputGradient: result, in: bench.context)
        expectClose(output.dense(), means, "\(kernels.choice) mean")
        expectClose(result.dense(), shares, "\(kernels.choice) share")
        output.expectZeroPadding("\(kernels.choice) mean")
        result.expectZeroPadding("\(kernels.choice) share")
        // Forward and backward are adjoint: a finite difference of a linear operator says no more.
        let (forward, backward) = (
          dot(output.dense(), gradient.values), dot(result.dense(), input.values)
        )
        #expect(abs(forward - backward) < 1e-5, "\(kernels.choice)")
      }
    }
  }
}
