import Engine
import TestSupport
import Testing

/// Everything a convolution needs, in single precision for the engine and in double for its twin.
private struct ConvolutionData {
  let layer: LayerCase
  let twin: NaiveConvolution
  let input, gradient: DenseMap
  let weights: [Float]
  var exactWeights: [Double] { weights.map(Double.init) }

  init(_ layer: LayerCase) {
    self.layer = layer
    twin = NaiveConvolution(filter: layer.filter, stride: layer.stride)
    input = DenseMap(layer.inputShape, seed: layer.seed)
    gradient = DenseMap(layer.outputShape, seed: layer.seed + 1_000)
    weights = seededNumbers(layer.weightCount, seed: layer.seed + 2_000)
  }

  var operation: Convolution { Convolution(kernel: layer.kernel, stride: layer.stride) }

  func output(_ bench: Workbench, of shape: FeatureMap.Shape? = nil) -> FeatureMap {
    let output = bench.blankMap(layer.outputShape)
    operation.forward(
      Operand(map(shape, bench)), weights: bench.block(weights), filter: layer.filter,
      output: output, in: bench.context)
    return output
  }

  /// The input as it lies by default, or as `shape` says.
  private func map(_ shape: FeatureMap.Shape?, _ bench: Workbench) -> FeatureMap {
    bench.map(shape ?? layer.inputShape, input.values.map { Float($0) })
  }

  func inputGradient(_ bench: Workbench) -> FeatureMap {
    let result = bench.blankMap(layer.inputShape)
    operation.backwardData(
      bench.map(gradient), weights: bench.block(weights), filter: layer.filter,
      inputGradient: result, in: bench.context)
    return result
  }

  /// What is added to `start`, shard by shard.
  func weightGradients(
    _ bench: Workbench, of shape: FeatureMap.Shape? = nil, shards: Int, start: [Float]
  ) -> [[Float]] {
    let blocks = (0..<shards).map { _ in bench.block(start) }
    operation.backwardFilter(
      Operand(map(shape, bench)), GradientOperand(bench.map(gradient)), filter: layer.filter,
      gradients: .added(to: blocks), in: bench.context)
    return blocks.map { Array(UnsafeBufferPointer(start: $0, count: start.count)) }
  }

  /// The full gradient of some images added to `start`; nil where the slice has no weight.
  func expectedWeightGradient(
    images: Range<Int>, start: [Float], _ accuracy: Accuracy
  ) -> [Expected?] {
    var sums: [(index: Int, sum: Sum)] = []
    for tapRow in 0..<layer.kernel {
      for tapColumn in 0..<layer.kernel {
        for k in 0..<layer.inputs {
          for m in 0..<layer.outputs {
            var sum = twin.weightGradient(
              input, gradient, images: images, tapRow: tapRow, tapColumn: tapColumn, input: k,
              output: m)
            let index = twin.weightIndex(tapRow, tapColumn, k, m)
            sum.add(Double(start[index]))
            sums.append((index, sum))
          }
        }
      }
    }
    var expected = [Expected?](repeating: nil, count: start.count)
    for (place, twin) in zip(sums, accuracy.expected(sums.map(\.sum))) {
      expected[place.index] = twin
    }
    return expected
  }
}

/// How a convolution is computed, and the tolerance that it declares.
///
/// Winograd's transforms mix all pixels of a tile, so a pixel's error goes with the largest sum of magnitudes.
private struct Accuracy {
  let convolution: ConvolutionChoice

  func expected(_ sums: [Sum]) -> [Expected] {
    guard convolution == .winograd else { return sums.map(\.expected) }
    let largest = sums.map(\.expected.tolerance).max() ?? 0
    return sums.map { Expected($0.value, within: 30 * largest) }
  }
}

/// Layers of every kind for direct sums; for Winograd those it applies to, with tiles that stick out.
private let layersAndChoices: [(LayerCase, ConvolutionChoice)] =
  (LayerCase.seeded + LayerCase.pointwise + LayerCase.striped).map { ($0, .direct) }
  + (LayerCase.seeded.filter { $0.kernel == 3 && $0.stride == 1 } + LayerCase.tiled).map {
    ($0, .winograd)
  }

extension LayerCase {
  /// Enough pixels for both gradients in one visit, where the input or the output is the wider side.
  fileprivate static let pointwise = [
    LayerCase(
      images: 6, height: 12, width: 11, kernel: 1, inputs: 33, outputs: 3, inputSlice: .twoSpans,
      outputSlice: .right, seed: 94),
    LayerCase(
      images: 3, height: 20, width: 21, kernel: 1, inputs: 3, outputs: 40, inputSlice: .right,
      outputSlice: .twoSpans, seed: 95),
  ]
  /// Enough pixels for filter gradients in strips, one for each way to read a window; with tiles of columns in the map and copied.
  fileprivate static let striped = [
    LayerCase(
      images: 6, height: 23, width: 21, kernel: 3, stride: 2, inputs: 3, outputs: 17,
      inputSlice: .twoSpans, outputSlice: .right, seed: 96),
    LayerCase(
      images: 6, height: 13, width: 11, kernel: 3, inputs: 17, outputs: 3, inputSlice: .right,
      outputSlice: .twoSpans, seed: 97),
    LayerCase(
      images: 7, height: 23, width: 22, kernel: 1, stride: 2, inputs: 3, outputs: 72,
      outputSlice: .twoSpans, seed: 98),
  ]
  fileprivate static let tiled = [
    LayerCase(
      images: 3, height: 8, width: 12, inputs: 33, outputs: 40, inputSlice: .right,
      outputSlice: .twoSpans, seed: 91),
    LayerCase(images: 2, height: 13, width: 11, inputs: 17, outputs: 17, seed: 92),
    LayerCase(
      images: 5, height: 4, width: 5, inputs: 40, outputs: 33, inputSlice: .twoSpans,
      outputSlice: .right, seed: 93),
  ]
}

@Suite struct ConvolutionTests {
  /// Whatever the choice: transforms need padding.
  @Test(
    arguments: (LayerCase.seeded + LayerCase.striped).filter { $0.kernel > 1 && $0.inputs < 16 },
    [ConvolutionChoice.auto, .winograd])
  func denseImagesGiveTheBitsOfDirectSums(layer: LayerCase, convolution: ConvolutionChoice) {
    let data = ConvolutionData(layer)
    #expect(data.operation.readsDense(channels: layer.inputs))
    let start = seededNumbers(layer.weightCount, seed: layer.seed + 3_000)
    for kernels in KernelSet.runnable {
      func results(_ choice: ConvolutionChoice, of shape: FeatureMap.Shape) -> [[Float]] {
        withWorkbench(kernels, threads: 2, convolution: choice) { bench in
          [data.output(bench, of: shape).raw]
            + data.weightGradients(bench, of: shape, shards: 1, start: start)
        }
      }
      #expect(
        results(convolution, of: layer.denseInputShape) == results(.direct, of: layer.inputShape),
        "\(kernels.choice)")
    }
  }

  @Test func denseImagesThatNoBorderIsMadeForAreRefused() async {
    #expect(!Convolution(kernel: 3, stride: 1).readsDense(channels: 16))
    #expect(!Convolution(kernel: 1, stride: 2).readsDense(channels: 3))
    await #expect(processExitsWith: .failure) {
      let layer = LayerCase(kernel: 1)
      let context = EngineContext(kernels: try KernelSet.select(), threads: ThreadPool(threads: 1))
      let memory = AlignedStorage<Float>(count: 10_000)
      memory.withMutableElements {
        Convolution(kernel: 1, stride: 1).forward(
          Operand(FeatureMap(layer.denseInputShape, in: memory)), weights: $0.baseAddress!,
          filter: layer.filter, output: FeatureMap(layer.outputShape, in: memory), in: context)
      }
    }
  }

  @Test(arguments: layersAndChoices)
  func forwardMeetsItsTwin(layer: LayerCase, convolution: ConvolutionChoice) {
    let data = ConvolutionData(layer)
    let weights = data.exactWeights
    let expected = Accuracy(convolution: convolution).expected(
      layer.outputShape.places.map { data.twin.output(data.input, weights: weights, at: $0) })
    for kernels in KernelSet.runnable {
      withWorkbench(kernels, convolution: convolution) { bench in
        let output = data.output(bench)
        expectClose(output.dense(), expected, "\(kernels.choice) output")
        output.expectZeroPadding("\(kernels.choice) output")
      }
    }
  }

  @Test(arguments: layersAndChoices)
  func backwardDataMeetsItsTwin(layer: LayerCase, convolution: ConvolutionChoice) {
    let data = ConvolutionData(layer)
    let weights = data.exactWeights
    let expected = Accuracy(convolution: convolution).expected(
      layer.inputShape.places.map {
        data.twin.inputGradient(data.gradient, weights: weights, at: $0)
      })
    for kernels in KernelSet.runnable {
      withWorkbench(kernels, convolution: convolution) { bench in
        let gradient = data.inputGradient(bench)
        expectClose(gradient.dense(), expected, "\(kernels.choice) input gradient")
        gradient.expectZeroPadding("\(kernels.choice) input gradient")
      }
    }
  }

  @Test(arguments: layersAndChoices)
  func backwardFilterMeetsItsTwin(layer: LayerCase, convolution: ConvolutionChoice) {
    let data = ConvolutionData(layer)
    let start = seededNumbers(layer.weightCount, seed: 5)
    let expected = data.expectedWeightGradient(
      images: 0..<layer.images, start: start, Accuracy(convolution: convolution))
    for kernels in KernelSet.runnable {
      withWorkbench(kernels, convolution: convolution) { bench in
        expectSlicedGradient(
          data.weightGradients(bench, shards: 1, start: start)[0], expected, start: start,
          "\(kernels.choice) filter gradient")
      }
    }
  }

  /// Maps larger than a cache block are cut into rows; a sample of places keeps the twin quick.
  @Test(arguments: [1, 2]) func largeMapsMeetTheirTwins(stride: Int) {
    let layer = LayerCase(
      images: 2, height: 67, width: 61, kernel: 3, stride: stride, inputs: 33, outputs: 40,
      inputSlice: .right, outputSlice: .twoSpans, seed: 77)
    let data = ConvolutionData(layer)
    let weights = data.exactWeights
    let outputs = everyNth(53, of: layer.outputShape)
    let inputs = everyNth(67, of: layer.inputShape)
    let expectedOutputs = outputs.places.map {
      data.twin.output(data.input, weights: weights, at: $0).expected
    }
    let expectedInputs = inputs.places.map {
      data.twin.inputGradient(data.gradient, weights: weights, at: $0).expected
    }
    for kernels in KernelSet.runnable {
      withWorkbench(kernels) { bench in
        let output = data.output(bench).dense()
        expectClose(outputs.indices.map { output[$0] }, expectedOutputs, "\(kernels.choice) output")
        let gradient = data.inputGradient(bench).dense()
        expectClose(
          inputs.indices.map { gradient[$0] }, expectedInputs, "\(kernels.choice) input gradient")
      }
    }
  }

  private func everyNth(
    _ step: Int, of shape: FeatureMap.Shape
  ) -> (indices: [Int], places: [Place]) {
    // The prime step times a prime is one pixel further and some channels.
    let indices = Array(stride(from: 0, to: shape.pixels * shape.channels, by: step * 31))
    return (
      indices,
      indices.map { index in
        let (pixel, channel) = index.quotientAndRemainder(dividingBy: shape.channels)
        let (image, inside) = pixel.quotientAndRemainder(dividingBy: shape.imagePixels)
        return Place(
          image: image, row: inside / shape.width, column: inside % shape.width, channel: channel)
      }
    )
  }

  /// `<conv(x), y> = <x, backwardData(y)> = <w, backwardFilter(x, y)>`: three sums of the same products.
  @Test(
    arguments: [
      LayerCase(
        images: 3, height: 16, width: 16, kernel: 3, inputs: 40, outputs: 72, inputSlice: .twoSpans,
        outputSlice: .right, seed: 1),
      LayerCase(
        images: 2, height: 9, width: 7, kernel: 5, stride: 2, inputs: 72, outputs: 33,
        inputSlice: .right, outputSlice: .left, seed: 2),
      LayerCase(
        images: 1, height: 67, width: 61, kernel: 3, inputs: 33, outputs: 17,
        outputSlice: .twoSpans,
        seed: 3),
      // Several portions of pixels for a filter gradient that threads divide.
      LayerCase(
        images: 3, height: 32, width: 30, kernel: 3, inputs: 136, outputs: 152, inputSlice: .right,
        seed: 4),
    ], [ConvolutionChoice.direct, .winograd])
  func operatorsAreAdjoint(layer: LayerCase, convolution: ConvolutionChoice) {
    let data = ConvolutionData(layer)
    for kernels in KernelSet.runnable {
      withWorkbench(kernels, convolution: convolution) { bench in
        let forward = dot(data.output(bench).dense(), data.gradient.values)
        let backward = dot(data.inputGradient(bench).dense(), data.input.values)
        let zero = [Float](repeating: 0, count: layer.weightCount)
        let filter = dot(
          data.weightGradients(bench, shards: 1, start: zero)[0], data.exactWeights)
        // The three agree to rounding in the longest sums; their size is that of a random walk.
        let walk = Double(layer.products).squareRoot()
        #expect(abs(forward - backward) < 1e-5 * walk, "\(kernels.choice)")
        #expect(abs(forward - filter) < 1e-5 * walk, "\(kernels.choice)")
      }
    }
  }

  /// The loss `<conv(x, w), y>` moves along a direction as the gradients say.
  @Test func gradientsMeetFiniteDifferences() {
    let layer = LayerCase(
      height: 5, width: 4, stride: 2, inputs: 3, outputs: 4, inputSlice: .right, outputSlice: .left,
      seed: 8)
    let data = ConvolutionData(layer)
    let inputDirection = DenseMap(layer.inputShape, seed: 21)
    let weightDirection = seededNumbers(layer.weightCount, seed: 22).map(Double.init)
    func loss(at h: Double) -> Double {
      let input = DenseMap(
        layer.inputShape, zip(data.input.values, inputDirection.values).map { $0 + h * $1 })
      let weights = zip(data.exactWeights, weightDirection).map { $0 + h * $1 }
      return layer.outputShape.places.reduce(0) {
        $0 + data.twin.output(input, weights: weights, at: $1).value * data.gradient[$1]
      }
    }
    let slope = centralDifference(loss)
    for kernels in KernelSet.runnable {
      withWorkbench(kernels) { bench in
        let zero = [Float](repeating: 0, count: layer.weightCount)
        let predicted =
          dot(data.inputGradient(bench).dense(), inputDirection.values)
          + dot(data.weightGradients(bench, shards: 1, start: zero)[0], weightDirection)
        #expect(abs(predicted - slope) < 1e-5 * max(1, abs(slope)), "\(kernels.choice)")
      }
    }
  }

  @Test func impossibleLayersAreRefused() async {
    await #expect(processExitsWith: .failure) { _ = Convolution(kernel: 2, stride: 1) }
    await #expect(processExitsWith: .failure) { _ = Convolution(kernel: 3, stride: 3) }
    await #expect(processExitsWith: .failure) {
      _ = FilterView(
        kernel: 3, fullInputs: 4, fullOutputs: 4, inputs: ChannelSlice(0..<5),
        outputs: ChannelSlice(0..<4))
    }
  }
}

/// The derivative at 0 of a function that is smooth at the scale of the step, in double precision.
///
/// A step of 1e-5 leaves an error of 1e-10 times the third derivative and 1e-11 of rounding.
func centralDifference(_ f: (Double) -> Double) -> Double {
  let h = 1e-5
  return (f(h) - f(-h)) / (2 * h)
}

/// A gradient meets its twin where the slice has weights, and keeps the bits of `start` elsewhere.
func expectSlicedGradient(
  _ actual: [Float], _ expected: [Expected?], start: [Float], _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  let inside = expected.indices.filter { expected[$0] != nil }
  let outside = expected.indices.filter { expected[$0] == nil }
  expectClose(
    inside.map { actual[$0] }, inside.compactMap { expected[$0] }, what,
    sourceLocation: sourceLocation)
  expectEqualBits(
    outside.map { actual[$0] }, outside.map { start[$0] }, "\(what) outside the slice",
    sourceLocation: sourceLocation)
}
