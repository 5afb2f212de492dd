import Engine
import TestSupport
import Testing

/// What inference takes in one operator has the bits of the operators one after another.
@Suite struct FusedInferenceTests {
  /// An inverted residual, its image and the slices of its layers.
  struct InvertedCase: CustomTestStringConvertible, Sendable {
    var isExpanded = true
    var images = 3
    var side = 9
    var kernel = 3
    var stride = 1
    var inputs = 19
    var wide = 83
    var outputs = 21
    var slice = SliceKind.all

    var testDescription: String {
      "\(isExpanded ? "expanded" : "not expanded"), \(images) x \(side) x \(side + 2), window \(kernel), "
        + "stride \(stride), \(inputs) -> \(wide) -> \(outputs), \(slice)"
    }
  }

  /// Widths of one panel and of several, inputs whose pixels lie spread, windows of every reach, slices; bands of one row,
  /// of some and of all.
  @Test(arguments: [
    InvertedCase(), InvertedCase(stride: 2, slice: .twoSpans),
    InvertedCase(side: 8, stride: 2, wide: 16), InvertedCase(kernel: 5, slice: .right),
    InvertedCase(side: 6, kernel: 5, stride: 2, inputs: 3, wide: 200, outputs: 1),
    InvertedCase(kernel: 1, stride: 2, inputs: 64, wide: 144, outputs: 96),
    InvertedCase(side: 1, inputs: 1, wide: 1), InvertedCase(isExpanded: false, slice: .left),
    InvertedCase(isExpanded: false, side: 8, kernel: 5, stride: 2, wide: 130),
    InvertedCase(images: 1, side: 40, wide: 144),
    InvertedCase(images: 2, side: 27, stride: 2, inputs: 130, wide: 250),
  ])
  func invertedResidualsAreTheirThreeLayers(layer: InvertedCase) throws {
    for kernels in KernelSet.runnable {
      for (threads, bandBytes) in [(1, 0), (3, 0), (2, 64 << 10), (3, 512 << 10)] {
        try withWorkbench(kernels, threads: threads, invertedBandBytes: bandBytes) { bench in
          let network = InvertedNetwork(layer, bench)
          try expectEqualBits(
            network.together(), network.oneByOne(),
            "\(kernels.choice), \(threads) threads, bands of \(bandBytes) bytes")
        }
      }
    }
  }

  /// Direct sums and Winograd's, of slices and with every activation, and depthwise windows; into a map of its own and past the
  /// caches.
  @Test(
    arguments: [
      LayerCase(height: 13, inputs: 19, outputs: 83, outputSlice: .twoSpans),
      LayerCase(kernel: 7, stride: 2, inputs: 3, outputs: 17, outputSlice: .right),
      LayerCase(kernel: 1, stride: 1, inputs: 64, outputs: 130, inputSlice: .right),
      LayerCase(kernel: 1, stride: 2, inputs: 33, outputs: 21),
      LayerCase(kernel: 5, stride: 1, inputs: 21, outputs: 8),
    ], [FusedActivation.none, .relu, .relu6])
  func normalisingOnTheWayIsNormalisingAfterwards(layer: LayerCase, activation: FusedActivation) {
    for kernels in KernelSet.runnable {
      for (convolution, bytes) in [(ConvolutionChoice.direct, Int.max), (.winograd, 0)] {
        withWorkbench(kernels, threads: 2, convolution: convolution, streamedBytes: bytes) {
          bench in
          let shape = layer.inputShape
          let input = Operand(bench.map(shape, seededNumbers(shape.pixels * layer.inputs, seed: 1)))
          func compare(
            _ outputs: FeatureMap.Shape, _ what: String,
            _ forward: (FeatureMap, PendingNormalization?) -> Void
          ) {
            let normalization = bench.normalized(outputs, activation, seed: 3).pending
            let (together, plain, expected) = (
              bench.blankMap(outputs), bench.blankMap(outputs), bench.blankMap(outputs)
            )
            forward(together, normalization)
            forward(plain, nil)
            Operand(plain, pending: normalization).write(to: expected, in: bench.context)
            expectEqualBits(
              together.raw, expected.raw, "\(kernels.choice), \(convolution), \(what)")
          }
          let operation = Convolution(kernel: layer.kernel, stride: layer.stride)
          let weights = bench.block(seededNumbers(layer.weightCount, seed: 2))
          compare(layer.outputShape, "convolution") {
            operation.forward(
              input, weights: weights, filter: layer.filter, output: $0, normalizing: $1,
              in: bench.context)
          }
          let window = DepthwiseConvolution(kernel: layer.kernel, stride: layer.stride)
          compare(window.outputShape(for: shape), "depthwise") {
            window.forward(
              input, weights: weights, fullChannels: layer.filter.fullInputs,
              channels: layer.filter.inputs, output: $0, normalizing: $1, in: bench.context)
          }
        }
      }
    }
  }

  /// Direct sums and Winograd's; the sum lies in a map of its own, or where one of its terms does, and is made there or
  /// streamed to it.
  @Test(
    arguments: [
      LayerCase(kernel: 3, stride: 1, inputs: 19, outputs: 83),
      LayerCase(kernel: 3, stride: 2, inputs: 3, outputs: 17),
      LayerCase(kernel: 1, stride: 1, inputs: 33, outputs: 130),
      // Enough images for threads that all panels of a pixel belong to one job, and enough of them to be shown in parts.
      LayerCase(images: 16, kernel: 1, stride: 1, inputs: 9, outputs: 600),
    ], [ConvolutionChoice.direct, .winograd])
  func residualsAreAddedOnTheWay(layer: LayerCase, convolution: ConvolutionChoice) {
    let shape = FeatureMap.Shape(
      images: layer.images, height: 37, width: 21, channels: layer.inputs)
    for kernels in KernelSet.runnable {
      for bytes in [Int.max, 0] {
        withWorkbench(kernels, threads: 2, convolution: convolution, streamedBytes: bytes) {
          bench in
          let operation = Convolution(kernel: layer.kernel, stride: layer.stride)
          let outputs = operation.outputShape(for: shape, channels: layer.outputs)
          let input = Operand(bench.map(shape, seededNumbers(shape.pixels * layer.inputs, seed: 1)))
          let weights = bench.block(seededNumbers(layer.weightCount, seed: 2))
          let applied = bench.normalized(outputs, .none, seed: 3).pending
          let residual = bench.normalized(outputs, .relu6, seed: 6)

          let made = bench.blankMap(outputs)
          operation.forward(
            input, weights: weights, filter: layer.filter, output: made, in: bench.context)
          let expected = bench.blankMap(outputs)
          Elementwise(activation: .relu).add(
            Operand(made, pending: applied), residual, output: expected, in: bench.context)

          for place in 0..<3 {
            let (own, other) = (bench.blankMap(outputs), bench.blankMap(outputs))
            residual.map.copy(to: other)
            let target = [bench.blankMap(outputs), own, other][place]
            operation.forward(
              input, weights: weights, filter: layer.filter, output: own,
              addingTo: ResidualSum(
                Operand(own, pending: applied), Operand(other, pending: residual.pending),
                activation: .relu,
                output: target, in: bench.context), in: bench.context)
            expectEqualBits(
              target.raw, expected.raw,
              "\(kernels.choice), place \(place), maps of \(bytes) bytes are streamed")
          }
        }
      }
    }
  }
}

/// The layers of an inverted residual with everything that they read.
private struct InvertedNetwork {
  private let bench: Workbench
  private let input: Operand
  private let expansion: (weights: UnsafeMutablePointer<Float>, filter: FilterView)?
  private let window: DepthwiseConvolution
  private let windowWeights: UnsafeMutablePointer<Float>
  private let fullWide: Int
  private let channels: ChannelSlice
  private let projectionWeights: UnsafeMutablePointer<Float>
  private let projection: FilterView
  private let wide, filtered, output: FeatureMap.Shape
  /// What is applied to the wide map and to the filtered one.
  private let behindExpansion, behindWindow: PendingNormalization?

  init(_ layer: FusedInferenceTests.InvertedCase, _ bench: Workbench) {
    self.bench = bench
    let inputs = layer.isExpanded ? layer.inputs : layer.wide
    let shape = FeatureMap.Shape(
      images: layer.images, height: layer.side, width: layer.side + 2, channels: inputs)
    input = bench.normalized(shape, .relu6, seed: 1)
    fullWide = layer.slice.fullChannels(keeping: layer.wide)
    channels = layer.slice.slice(keeping: layer.wide)
    window = DepthwiseConvolution(kernel: layer.kernel, stride: layer.stride)
    wide = FeatureMap.Shape(
      images: layer.images, height: shape.height, width: shape.width, channels: layer.wide)
    filtered = window.outputShape(for: wide)
    output = FeatureMap.Shape(
      images: filtered.images, height: filtered.height, width: filtered.width,
      channels: layer.outputs)
    expansion =
      layer.isExpanded
      ? (
        bench.block(seededNumbers(inputs * fullWide, seed: 3)),
        FilterView(
          kernel: 1, fullInputs: inputs, fullOutputs: fullWide, inputs: ChannelSlice(0..<inputs),
          outputs: channels)
      ) : nil
    windowWeights = bench.block(seededNumbers(layer.kernel * layer.kernel * fullWide, seed: 4))
    projectionWeights = bench.block(seededNumbers(fullWide * layer.outputs, seed: 5))
    projection = FilterView(
      kernel: 1, fullInputs: fullWide, fullOutputs: layer.outputs, inputs: channels,
      outputs: ChannelSlice(0..<layer.outputs))
    behindExpansion = bench.normalized(wide, .relu6, seed: 6).pending
    behindWindow = bench.normalized(filtered, .relu, seed: 9).pending
  }

  func together() throws -> [Float] {
    let map = bench.blankMap(output)
    let (behindExpansion, behindWindow) = try (#require(behindExpansion), #require(behindWindow))
    InvertedResidual(
      expansion: expansion.map {
        (InvertedResidual.Pointwise(weights: $0.weights, filter: $0.filter), behindExpansion)
      },
      window: (
        InvertedResidual.Window(
          window, weights: windowWeights, fullChannels: fullWide, channels: channels), behindWindow
      ),
      projection: InvertedResidual.Pointwise(weights: projectionWeights, filter: projection)
    ).forward(input, output: map, in: bench.context)
    return map.raw
  }

  func oneByOne() -> [Float] {
    var operand = input
    if let expansion {
      let map = bench.blankMap(wide)
      Convolution(kernel: 1, stride: 1).forward(
        operand, weights: expansion.weights, filter: expansion.filter, output: map,
        in: bench.context)
      operand = Operand(map, pending: behindExpansion)
    }
    let middle = bench.blankMap(filtered)
    window.forward(
      operand, weights: windowWeights, fullChannels: fullWide, channels: channels, output: middle,
      in: bench.context)
    let map = bench.blankMap(output)
    Convolution(kernel: 1, stride: 1).forward(
      Operand(middle, pending: behindWindow), weights: projectionWeights, filter: projection,
      output: map, in: bench.context)
    return map.raw
  }
}
