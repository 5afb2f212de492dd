/// A convolution without bias: odd square kernel, padding `kernel / 2`, stride 1 or 2.
///
/// One object a layer: it keeps the pixel lists of the sizes it has met. Weights are HWIO at full width; the
/// `FilterView` says which part is used. Every output element is one sum in a fixed order, so the bits do not
/// depend on threads or on the batch around an image, nor on sizes in `BlockSizes` but those of filter gradients that say so.
///
/// Tolerance against exact arithmetic: computed directly, about 1e-7 times the square root of the summands,
/// relative to the sum of their magnitudes; by Winograd's transforms, about 30 times that.
public final class Convolution {
  /// The side of the window and its step.
  public let kernel, stride: Int

  struct PlanKey: Hashable {
    let window: SlidingWindow
    let imagesPerBlock, rowsPerBlock: Int
    let layout: PatchLayout
  }
  struct RunKey: Hashable {
    let height, width, rowsPerBlock: Int
    let layout: PatchLayout
  }
  var plans: [PlanKey: PixelPlan] = [:]
  var runPlans: [RunKey: RunPlan] = [:]

  /// - Precondition: `kernel` is odd, `stride` is 1 or 2.
  public init(kernel: Int, stride: Int) {
    precondition(kernel % 2 == 1 && (stride == 1 || stride == 2), "kernel odd, stride 1 or 2")
    self.kernel = kernel
    self.stride = stride
  }

  /// The output's shape for an input and a number of output channels.
  public func outputShape(for input: FeatureMap.Shape, channels: Int) -> FeatureMap.Shape {
    FeatureMap.Shape(
      images: input.images, height: SlidingWindow.outputSize(input.height, stride),
      width: SlidingWindow.outputSize(input.width, stride), channels: channels)
  }

  /// `output = input * filter`.
  ///
  /// - Parameters:
  ///   - normalization: of the output, the same for all images.
  ///   - kept: packed weights of an earlier pass, or where this one leaves them.
  ///   - observer: sees the output's chunks while they are in cache.
  private func forward(
    _ input: Operand, weights: UnsafePointer<Float>, filter: FilterView, output: FeatureMap,
    normalizing normalization: PendingNormalization?, keptIn kept: KeptWeights?,
    observer: (any ChunkObserver)?, in context: EngineContext
  ) {
    checkShapes(input.shape, output.shape, filter)
    normalization.checkIsOneForAllImages()
    let isWinograd = usesWinograd(input.shape, filter, in: context)
    let (depth, columns) = (filter.inputs.count, filter.outputs.count)
    let panels = WeightPanels(kernels: context.kernels, filter: filter)
    let packed = packed(
      depth: depth, columns: columns, transformed: isWinograd, reversed: false, keptIn: kept,
      in: context
    ) { panels.packForward(weights, into: $0, threads: context.threads) }
    let product = PanelProduct(
      source: input, weights: packed, panels: context.kernels.panels(columns: columns),
      depth: depth, columns: columns, normalization: normalization, target: output,
      observer: observer)
    if isWinograd {
      winograd(product, in: context)
    } else {
      direct(
        product,
        window: .forward(
          height: input.shape.height, width: input.shape.width, kernel: kernel, stride: stride),
        in: context)
    }
  }

  /// The weights of a product: what `pack` writes, panels of the filter's taps, or what Winograd's transform makes of them.
  ///
  /// - Parameters:
  ///   - reversed: whether the product carries a gradient back.
  ///   - kept: packed weights of an earlier pass, or where this one leaves them.
  private func packed(
    depth: Int, columns: Int, transformed: Bool, reversed: Bool, keptIn kept: KeptWeights?,
    in context: EngineContext, _ pack: (UnsafeMutablePointer<Float>) -> Void
  ) -> UnsafePointer<Float> {
    let size = WeightPanels.size(taps: kernel * kernel, depth: depth, columns: columns)
    guard transformed else { return context.packed(size, .panels, keptIn: kept, pack) }
    let transform = WeightTransform(depth: depth, columns: columns, reversed: reversed)
    return context.packed(transform.size, .transformedWeights, keptIn: kept) {
      let panels = context.scratch(.panels, size)
      pack(panels)
      transform.apply(panels, to: $0, in: context)
    }
  }

  /// `output = input * filter`, normalised and activated where a normalisation is given.
  ///
  /// - Parameters:
  ///   - normalization: of the output, the same for all images.
  ///   - kept: packed weights of an earlier pass, or where this one leaves them.
  public func forward(
    _ input: Operand, weights: UnsafePointer<Float>, filter: FilterView, output: FeatureMap,
    normalizing normalization: PendingNormalization? = nil, keptIn kept: KeptWeights? = nil,
    in context: EngineContext
  ) {
    forward(
      input, weights: weights, filter: filter, output: output, normalizing: normalization,
      keptIn: kept, observer: nil, in: context)
  }

  /// `output = input * filter`, added to a residual while it is in cache.
  ///
  /// - Parameters:
  ///   - sum: its first term is `output`, with what is pending on that; it may lie anywhere but in the input. Where it
  ///     does not lie in `output`, that holds nothing of use afterwards.
  ///   - kept: packed weights of an earlier pass, or where this one leaves them.
  public func forward(
    _ input: Operand, weights: UnsafePointer<Float>, filter: FilterView, output: FeatureMap,
    addingTo sum: ResidualSum, keptIn kept: KeptWeights? = nil, in context: EngineContext
  ) {
    precondition(
      sum.a.map.elements == output.elements && sum.output.elements != input.map.elements,
      "the sum is of the output, and the input stays as it is")
    forward(
      input, weights: weights, filter: filter, output: output, normalizing: nil, keptIn: kept,
      observer: sum, in: context)
  }

  /// `output = input * filter`, and the output's statistics, shard by shard.
  ///
  /// - Parameters:
  ///   - shards: how many equal runs of images have statistics of their own.
  ///   - kept: packed weights of an earlier pass, or where this one leaves them.
  public func forward(
    _ input: Operand, weights: UnsafePointer<Float>, filter: FilterView, output: FeatureMap,
    statisticsOf shards: Int, keptIn kept: KeptWeights? = nil, in context: EngineContext
  ) -> [ChannelStatistics] {
    let moments = ChunkMoments(output.shape, in: context)
    forward(
      input, weights: weights, filter: filter, output: output, normalizing: nil, keptIn: kept,
      observer: moments, in: context)
    return moments.statistics(shards: shards, in: context)
  }

  /// Both gradients: what `backwardFilter` and `backwardData` compute, in one visit where that is faster.
  ///
  /// - Parameters:
  ///   - outputGradient: what is pending on it may have been carried out afterwards, in place, or not: nobody else
  ///     may need it.
  ///   - gradients: where the full filter's gradient goes.
  ///   - inputGradient: where the input's gradient goes; none where nobody needs it.
  ///   - sums: takes the sums of the normalisation in front while the input's gradient is in cache.
  public func backward(
    _ input: Operand, _ outputGradient: GradientOperand, weights: UnsafePointer<Float>,
    filter: FilterView, gradients: ParameterGradients,
    inputGradient: FeatureMap?, sums: NormalizationGradientSums? = nil, in context: EngineContext
  ) {
    if let plan = pointwisePlan(input.shape, filter, shards: gradients.shards, context.kernels) {
      checkShapes(input.shape, outputGradient.shape, filter)
      return pointwiseBackward(
        plan, input, outputGradient, filter, gradients,
        inputGradient.map {
          product(
            outputGradient.map, weights, filter, transformed: false, inputGradient: $0, sums,
            in: context)
        }, in: context)
    }
    backwardFilter(input, outputGradient, filter: filter, gradients: gradients, in: context)
    guard let inputGradient else { return }
    backwardData(
      outputGradient.map, weights: weights, filter: filter, inputGradient: inputGradient,
      sums: sums, in: context)
  }

  /// `inputGradient = outputGradient * filter, transposed`.
  ///
  /// - Parameter sums: takes the sums of the normalisation in front while the result is in cache.
  public func backwardData(
    _ outputGradient: FeatureMap, weights: UnsafePointer<Float>, filter: FilterView,
    inputGradient: FeatureMap, sums: NormalizationGradientSums? = nil, in context: EngineContext
  ) {
    precondition(!inputGradient.shape.isDense, "gradients of maps are padded")
    let isWinograd = usesWinograd(inputGradient.shape, filter, in: context)
    let product = product(
      outputGradient, weights, filter, transformed: isWinograd, inputGradient: inputGradient, sums,
      in: context)
    if isWinograd {
      winograd(product, in: context)
    } else {
      direct(
        product,
        window: .backward(
          height: inputGradient.shape.height, width: inputGradient.shape.width, kernel: kernel,
          stride: stride), in: context)
    }
  }

  /// Packs the weights of the product that carries the gradient back.
  private func product(
    _ outputGradient: FeatureMap, _ weights: UnsafePointer<Float>, _ filter: FilterView,
    transformed: Bool, inputGradient: FeatureMap, _ sums: NormalizationGradientSums?,
    in context: EngineContext
  ) -> PanelProduct {
    checkShapes(inputGradient.shape, outputGradient.shape, filter)
    let (depth, columns) = (filter.outputs.count, filter.inputs.count)
    let panels = WeightPanels(kernels: context.kernels, filter: filter)
    let packed = packed(
      depth: depth, columns: columns, transformed: transformed, reversed: true, keptIn: nil,
      in: context
    ) { panels.packBackward(weights, into: $0, threads: context.threads) }
    return PanelProduct(
      source: Operand(outputGradient), weights: packed,
      panels: context.kernels.panels(columns: columns), depth: depth, columns: columns,
      normalization: nil, target: inputGradient, observer: sums)
  }

  /// Writes the filter's gradient, shard by shard, to full-size gradients.
  ///
  /// The batch is cut into `gradients.shards` equal runs of images; each run's gradient is summed on its own, in
  /// an order that depends on the run's size alone.
  ///
  /// - Parameters:
  ///   - outputGradient: what is pending on it may have been carried out afterwards, in place.
  ///   - gradients: where the full filter's gradient goes.
  public func backwardFilter(
    _ input: Operand, _ outputGradient: GradientOperand, filter: FilterView,
    gradients: ParameterGradients, in context: EngineContext
  ) {
    precondition(input.shape.images % gradients.shards == 0, "every shard has as many images")
    checkShapes(input.shape, outputGradient.shape, filter)
    if let plan = pointwisePlan(input.shape, filter, shards: gradients.shards, context.kernels) {
      pointwiseBackward(plan, input, outputGradient, filter, gradients, nil, in: context)
    } else if usesWinograd(input.shape, filter, in: context) {
      winogradBackwardFilter(input, outputGradient, filter, gradients, in: context)
    } else {
      directBackwardFilter(input, outputGradient, filter, gradients, in: context)
    }
  }

  private func pointwisePlan(
    _ input: FeatureMap.Shape, _ filter: FilterView, shards: Int, _ kernels: KernelSet
  ) -> PointwisePlan? {
    guard kernel == 1 && stride == 1 else { return nil }
    return PointwisePlan(input, outputs: filter.outputs.count, shards: shards, kernels)
  }

  /// How a direct product reads a source of some channels.
  func layout(channels: Int, reversed: Bool) -> PatchLayout {
    if reversed { return .clipped }
    return kernel == 1 ? .sampled : channels < 16 ? .bordered : .clipped
  }

  /// Whether the input may be a dense map of so many channels: only with a border are rows copied as they are.
  public func readsDense(channels: Int) -> Bool {
    layout(channels: channels, reversed: false) == .bordered
  }

  private func usesWinograd(
    _ input: FeatureMap.Shape, _ filter: FilterView, in context: EngineContext
  ) -> Bool {
    let layer = ConvolutionLayer(
      kernel: kernel, stride: stride, height: input.height, width: input.width,
      inputs: filter.inputs.count, outputs: filter.outputs.count, isDense: input.isDense)
    return layer.usesWinograd(context.convolution)
  }

  private func checkShapes(
    _ input: FeatureMap.Shape, _ output: FeatureMap.Shape, _ filter: FilterView
  ) {
    precondition(
      output == outputShape(for: input, channels: filter.outputs.count)
        && input.channels == filter.inputs.count && filter.kernel == kernel,
      "feature maps and filter agree")
    precondition(
      !input.isDense || readsDense(channels: input.channels),
      "a dense map has few channels and a window of several pixels")
  }
}

/// The product that forward and backward-data share: source pixels times panels, into target pixels.
struct PanelProduct {
  let source: Operand
  /// Packed by `WeightPanels`; of Winograd's product, transformed as well.
  let weights: UnsafePointer<Float>
  /// The columns of each panel.
  let panels: [ChannelSpan]
  /// Channels of the source and of the target.
  let depth, columns: Int
  /// What the sums go through before they are stored.
  let normalization: PendingNormalization?
  let target: FeatureMap
  /// Sees the target's chunks while they are in cache.
  let observer: (any ChunkObserver)?
}
