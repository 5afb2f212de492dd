import Engine
import TestSupport
import Testing

/// What an operator wrote for some shards: feature maps, and one block of parameter gradients a shard.
struct Outcome {
  var maps: [FeatureMap] = []
  var blocks: [[Float]] = []
}

/// An operator on fixed data, of which any run of whole shards can be given to it.
struct OperatorSample: CustomTestStringConvertible, Sendable {
  /// Images in the data and in a shard.
  static let images = 6
  static let imagesPerShard = 2

  let testDescription: String
  var convolution = ConvolutionChoice.direct
  let run: @Sendable (Workbench, _ images: Range<Int>) -> Outcome

  static let all =
    convolutions.map(\.byWinograd) + convolutions + depthwiseConvolutions + normalizations
    + [maxPooling, averagePooling, elementwise, fullyConnected]

  private var byWinograd: OperatorSample {
    OperatorSample(
      testDescription: testDescription + " by Winograd", convolution: .winograd, run: run)
  }

  /// Several panels, tiles and blocks each; the last two have more pixels than a block of an image holds, few and many for
  /// their filters.
  private static let layers = [
    LayerCase(
      images: images, kernel: 3, inputs: 40, outputs: 72, inputSlice: .right,
      outputSlice: .twoSpans, seed: 1),
    LayerCase(
      images: images, height: 7, width: 7, kernel: 5, stride: 2, inputs: 17, outputs: 33,
      inputSlice: .twoSpans, outputSlice: .left, seed: 2),
    LayerCase(
      images: images, height: 7, width: 7, kernel: 1, stride: 2, inputs: 33, outputs: 16, seed: 3),
    LayerCase(
      images: images, height: 32, width: 30, kernel: 1, inputs: 33, outputs: 40,
      inputSlice: .twoSpans, seed: 5),
    LayerCase(images: images, height: 32, width: 30, kernel: 3, inputs: 136, outputs: 152, seed: 6),
    LayerCase(images: images, height: 67, width: 53, kernel: 3, inputs: 33, outputs: 17, seed: 4),
  ]

  private static let convolutions = layers.map { layer in
    OperatorSample(testDescription: "convolution of " + layer.testDescription) { bench, images in
      let input = bench.map(layer.inputShape, images, seed: 1)
      let gradient = bench.map(layer.outputShape, images, seed: 2)
      let weights = bench.block(seededNumbers(layer.weightCount, seed: 3))
      let operation = Convolution(kernel: layer.kernel, stride: layer.stride)
      let (output, result) = (bench.blankMap(gradient.shape), bench.blankMap(input.shape))
      operation.forward(
        Operand(input), weights: weights, filter: layer.filter, output: output, in: bench.context)
      operation.backwardData(
        gradient, weights: weights, filter: layer.filter, inputGradient: result, in: bench.context)
      let blocks = bench.gradientBlocks(images, count: layer.weightCount) {
        operation.backwardFilter(
          Operand(input), GradientOperand(gradient), filter: layer.filter, gradients: $0,
          in: bench.context)
      }
      return Outcome(maps: [output, result], blocks: blocks)
    }
  }

  private static let depthwiseConvolutions = layers.dropLast(2).map { layer in
    OperatorSample(testDescription: "depthwise, " + layer.testDescription) { bench, images in
      let filter = layer.filter
      let shape = FeatureMap.Shape(
        images: layer.images, height: layer.height, width: layer.width, channels: layer.outputs)
      let input = bench.map(shape, images, seed: 1)
      let gradient = bench.map(layer.outputShape, images, seed: 2)
      let count = layer.kernel * layer.kernel * filter.fullOutputs
      let weights = bench.block(seededNumbers(count, seed: 3))
      let operation = DepthwiseConvolution(kernel: layer.kernel, stride: layer.stride)
      let (output, result) = (bench.blankMap(gradient.shape), bench.blankMap(input.shape))
      operation.forward(
        Operand(input), weights: weights, fullChannels: filter.fullOutputs,
        channels: filter.outputs, output: output, in: bench.context)
      operation.backwardData(
        gradient, weights: weights, fullChannels: filter.fullOutputs, channels: filter.outputs,
        inputGradient: result, in: bench.context)
      let blocks = bench.gradientBlocks(images, count: count) {
        operation.backwardFilter(
          Operand(input), GradientOperand(gradient), fullChannels: filter.fullOutputs,
          channels: filter.outputs, gradients: $0, in: bench.context)
      }
      return Outcome(maps: [output, result], blocks: blocks)
    }
  }

  /// Several chunks a shard.
  private static let mapShape = FeatureMap.Shape(
    images: images, height: 21, width: 23, channels: 40)

  private static let normalizations = [FusedActivation.none, .relu, .relu6].map { activation in
    OperatorSample(testDescription: "batch normalisation and \(activation)") { bench, images in
      let shape = mapShape
      let input = bench.map(shape, images, seed: 1)
      let gradient = bench.map(shape, images, seed: 2)
      let shards = images.count / imagesPerShard
      let slice = SliceKind.twoSpans.slice(keeping: shape.channels)
      let full = SliceKind.twoSpans.fullChannels(keeping: shape.channels)
      let state = bench.state(shards: shards, shape: input.shape)
      let output = bench.blankMap(input.shape)
      let operation = BatchNormalization(activation: activation)
      operation.forward(
        input,
        statistics: BatchNormalization.statistics(of: input, shards: shards, in: bench.context),
        gamma: bench.block(seededNumbers(full, seed: 3).map { 4 * $0 }),
        beta: bench.block(seededNumbers(full, seed: 4).map { 2 * $0 + 2 }), channels: slice,
        state: state
      ).write(to: output, in: bench.context)
      // Both gradients of a shard lie in one block.
      let blocks = bench.gradientBlocks(images, count: 2 * full) { blocks in
        operation.backward(
          input, gradient: gradient, result: gradient, state: state, channels: slice,
          gammaGradients: blocks, betaGradients: blocks.advanced(by: full), in: bench.context
        ).resolve(in: bench.context)
      }
      return Outcome(maps: [output, gradient], blocks: blocks)
    }
  }

  private static let maxPooling = OperatorSample(testDescription: "max pooling") { bench, images in
    let pooling = MaxPooling(kernel: 3, stride: 2)
    let input = bench.map(mapShape, images, seed: 1) { (2 * $0).rounded() }
    let gradient = bench.map(pooling.outputShape(for: mapShape), images, seed: 2)
    let (output, result) = (bench.blankMap(gradient.shape), bench.blankMap(input.shape))
    pooling.forward(Operand(input), output: output, in: bench.context)
    pooling.backward(
      Operand(input), output: output, gradient: gradient, inputGradient: result, in: bench.context)
    return Outcome(maps: [output, result])
  }

  private static let averagePooling = OperatorSample(
    testDescription: "global average pooling"
  ) { bench, images in
    let input = bench.map(mapShape, images, seed: 1)
    let pooled = GlobalAveragePooling.outputShape(for: input.shape)
    let (output, result) = (bench.blankMap(pooled), bench.blankMap(input.shape))
    GlobalAveragePooling.forward(Operand(input), output: output, in: bench.context)
    GlobalAveragePooling.backward(output, inputGradient: result, in: bench.context)
    return Outcome(maps: [output, result])
  }

  private static let elementwise = OperatorSample(
    testDescription: "addition and activation"
  ) { bench, images in
    let a = bench.map(mapShape, images, seed: 1)
    let b = bench.map(mapShape, images, seed: 2)
    let gradient = bench.map(mapShape, images, seed: 3)
    let operation = Elementwise(activation: .relu)
    let (sum, activated) = (bench.blankMap(a.shape), bench.blankMap(a.shape))
    operation.add(Operand(a), Operand(b), output: sum, in: bench.context)
    operation.apply(a, output: activated, in: bench.context)
    operation.backward(gradient: gradient, output: sum, result: gradient, in: bench.context)
    Elementwise.accumulate(gradient, into: b, in: bench.context)
    return Outcome(maps: [sum, activated, gradient, b])
  }

  private static let fullyConnected = OperatorSample(
    testDescription: "fully connected"
  ) { bench, images in
    let layer = LayerCase(
      images: Self.images, height: 1, width: 1, kernel: 1, inputs: 72, outputs: 40,
      inputSlice: .twoSpans)
    let input = bench.map(layer.inputShape, images, seed: 1)
    let gradient = bench.map(layer.outputShape, images, seed: 2)
    let weights = bench.block(seededNumbers(layer.weightCount, seed: 3))
    let operation = FullyConnected()
    let (output, result) = (bench.blankMap(gradient.shape), bench.blankMap(input.shape))
    operation.forward(
      input, weights: weights, bias: bench.block(seededNumbers(layer.outputs, seed: 4)),
      filter: layer.filter, output: output, in: bench.context)
    operation.backwardData(
      gradient, weights: weights, filter: layer.filter, inputGradient: result, in: bench.context)
    let count = layer.weightCount
    let blocks = bench.gradientBlocks(images, count: count + layer.outputs) { blocks in
      operation.backwardFilter(
        input, gradient, filter: layer.filter, weightGradients: blocks,
        biasGradients: blocks.advanced(by: count), in: bench.context)
    }
    return Outcome(maps: [output, result], blocks: blocks)
  }
}

extension Workbench {
  /// Some images of a seeded feature map.
  fileprivate func map(
    _ shape: FeatureMap.Shape, _ images: Range<Int>, seed: Int,
    _ transform: ((Float) -> Float)? = nil
  ) -> FeatureMap {
    let size = shape.imagePixels * shape.channels
    let values = seededNumbers(images.upperBound * size, seed: seed)
      .dropFirst(images.lowerBound * size)
    return map(
      FeatureMap.Shape(
        images: images.count, height: shape.height, width: shape.width, channels: shape.channels),
      transform.map { values.map($0) } ?? Array(values))
  }

  /// Equal blocks, one a shard, after `add` has added gradients to them.
  fileprivate func gradientBlocks(
    _ images: Range<Int>, count: Int, _ add: (ParameterGradients) -> Void
  ) -> [[Float]] {
    let start = seededNumbers(count, seed: 5)
    let blocks = (0..<images.count / OperatorSample.imagesPerShard).map { _ in block(start) }
    add(.added(to: blocks))
    return blocks.map { Array(UnsafeBufferPointer(start: $0, count: count)) }
  }
}
