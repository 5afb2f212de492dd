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
  func invertedResidualsAreTheirThreeLayers(layer: InvertedCase) {
    for kernels in KernelSet.runnable {
      for (threads, bandBytes) in [(1, 0), (3, 0), (2, 64 << 10), (3, 512 << 10)] {
        withWorkbench(kernels, threads: threads, invertedBandBytes: bandBytes) { bench in
          let network = InvertedNetwork(layer, bench)
          expectEqualBits(
            network.together(), network.oneByOne(),
            "\(kernels.choice), \(threads) threads, bands of \(bandBytes) bytes")
        }
      }
    }
  }

  /// Direct sums and Winograd's; the sum lies in a map of its own, or where one of its terms does.
  @Test(
    arguments: [
      LayerCase(kernel: 3, stride: 1, inputs: 19, outputs: 83),
      LayerCase(kernel: 3, stride: 2, inputs: 3, outputs: 17),
      LayerCase(kernel: 1, stride: 1, inputs: 33, outputs: 130),
    ], [ConvolutionChoice.direct, .winograd])
  func residualsAreAddedOnTheWay(layer: LayerCase, convolution: ConvolutionChoice) {
    let shape = FeatureMap.Shape(images: 2, height: 37, width: 21, channels: layer.inputs)
    for kernels in KernelSet.runnable {
      withWorkbench(kernels, threads: 2, convolution: convolution) { bench in
        let operation = Convolution(kernel: layer.kernel, stride: layer.stride)
        let outputs = operation.outputShape(for: shape, channels: layer.outputs)
        let input = Operand(bench.map(shape, seededNumbers(shape.pixels * layer.inputs, seed: 1)))
        let weights = bench.block(seededNumbers(layer.weightCount, seed: 2))
        let numbers = seededNumbers(outputs.pixels * layer.outputs, seed: 3)
        let applied = normalization(bench, outputs, .none, seed: 4).pending
        let residual = normalization(bench, outputs, .relu6, seed: 5).pending

        let made = bench.blankMap(outputs)
        operation.forward(
          input, weights: weights, filter: layer.filter, output: made, in: bench.context)
        let expected = bench.blankMap(outputs)
        Elementwise(activation: .relu).add(
          Operand(made, pending: applied),
          Operand(bench.map(outputs, numbers), pending: residual), output: expected,
          in: bench.context)

        for place in 0..<3 {
          let (own, other) = (bench.blankMap(outputs), bench.map(outputs, numbers))
          let target = [bench.blankMap(outputs), own, other][place]
          operation.forward(
            input, weights: weights, filter: layer.filter, output: own,
            addingTo: ResidualSum(
              Operand(own, pending: applied), Operand(other, pending: residual), activation: .relu,
              output: target, in: bench.context), in: bench.context)
          expectEqualBits(target.raw, expected.raw, "\(kernels.choice), place \(place)")
        }
      }
    }
  }
}

/// What a normalisation with numbers of its own leaves pending on a map.
private func normalization(
  _ bench: Workbench, _ shape: FeatureMap.Shape, _ activation: FusedActivation, seed: Int
) -> Operand {
  let numbers = seededNumbers(4 * shape.channels, seed: seed)
  let statistics = ChannelStatistics(
    mean: numbers.prefix(shape.channels).map { Double($0) },
    variance: numbers.dropFirst(shape.channels).prefix(shape.channels).map {
      Double($0 * $0) + 0.1
    })
  return BatchNormalization(activation: activation).forward(
    bench.blankMap(shape), statistics: [statistics],
    gamma: bench.block(Array(numbers[2 * shape.channels..<3 * shape.channels]).map { 2 * $0 + 1 }),
    beta: bench.block(Array(numbers[3 * shape.channels..<4 * shape.channels])),
    channels: ChannelSlice(0..<shape.channels), state: bench.state(shards: 1, shape: shape))
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
  private let wide, deep, output: FeatureMap.Shape
  private let expanded, filtered: PendingNormalization?

  init(_ layer: FusedInferenceTests.InvertedCase, _ bench: Workbench) {
    self.bench = bench
    let inputs = layer.isExpanded ? layer.inputs : layer.wide
    let shape = FeatureMap.Shape(
      images: layer.images, height: layer.side, width: layer.side + 2, channels: inputs)
    let map = bench.map(shape, seededNumbers(shape.pixels * inputs, seed: 1))
    input = Operand(map, pending: normalization(bench, shape, .relu6, seed: 2).pending)
    fullWide = layer.slice.fullChannels(keeping: layer.wide)
    channels = layer.slice.slice(keeping: layer.wide)
    window = DepthwiseConvolution(kernel: layer.kernel, stride: layer.stride)
    wide = FeatureMap.Shape(
      images: layer.images, height: shape.height, width: shape.width, channels: layer.wide)
    deep = window.outputShape(for: wide)
    output = FeatureMap.Shape(
      images: deep.images, height: deep.height, width: deep.width, channels: layer.outputs)
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
    expanded = normalization(bench, wide, .relu6, seed: 6).pending
    filtered = normalization(bench, deep, .relu, seed: 7).pending
  }

  func together() -> [Float] {
    let map = bench.blankMap(output)
    guard let expanded, let filtered else { return [] }
    InvertedResidual(
      expansion: expansion.map {
        (InvertedResidual.Pointwise(weights: $0.weights, filter: $0.filter), expanded)
      },
      window: (
        InvertedResidual.Window(
          window, weights: windowWeights, fullChannels: fullWide, channels: channels), filtered
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
      operand = Operand(map, pending: expanded)
    }
    let middle = bench.blankMap(deep)
    window.forward(
      operand, weights: windowWeights, fullChannels: fullWide, channels: channels, output: middle,
      in: bench.context)
    let map = bench.blankMap(output)
    Convolution(kernel: 1, stride: 1).forward(
      Operand(middle, pending: filtered), weights: projectionWeights, filter: projection,
      output: map, in: bench.context)
    return map.raw
  }
}
