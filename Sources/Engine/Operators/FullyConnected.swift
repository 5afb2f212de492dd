/// A fully connected layer with bias: the convolution of a map of one pixel an image.
///
/// Weights are [full inputs][outputs]; every output is always used, the inputs are a slice.
public final class FullyConnected {
  private let product = Convolution(kernel: 1, stride: 1)

  /// A layer of any size.
  public init() {}

  /// `output = input * weights + bias`.
  ///
  /// - Parameter kept: packed weights of an earlier pass, or where this one leaves them.
  public func forward(
    _ input: FeatureMap, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>,
    filter: FilterView, output: FeatureMap, keptIn kept: KeptWeights? = nil,
    in context: EngineContext
  ) {
    product.forward(
      Operand(input), weights: weights, filter: filter, output: output, keptIn: kept, in: context)
    let row = output.shape.pixelStride
    for image in 0..<output.shape.images {
      context.kernels.addInto(output.elements + image * row, bias, output.shape.channels)
    }
  }

  /// Carries the gradient back to the input.
  public func backwardData(
    _ gradient: FeatureMap, weights: UnsafePointer<Float>, filter: FilterView,
    inputGradient: FeatureMap, in context: EngineContext
  ) {
    product.backwardData(
      gradient, weights: weights, filter: filter, inputGradient: inputGradient, in: context)
  }

  /// Writes the gradients of weights and bias, shard by shard, to full-size gradients.
  public func backwardFilter(
    _ input: FeatureMap, _ gradient: FeatureMap, filter: FilterView,
    weightGradients: ParameterGradients, biasGradients: ParameterGradients,
    in context: EngineContext
  ) {
    let shards = weightGradients.shards
    precondition(
      gradient.shape.images % shards == 0 && biasGradients.shards == shards,
      "every shard has as many images, a gradient of the weights and one of the bias")
    product.backwardFilter(
      Operand(input.asImages(shards)), GradientOperand(gradient.asImages(shards)), filter: filter,
      gradients: weightGradients, in: context)
    let outputs = ChannelSlice(0..<gradient.shape.channels)
    for image in 0..<gradient.shape.images {
      let (shard, place) = image.quotientAndRemainder(dividingBy: gradient.shape.images / shards)
      (place == 0 ? biasGradients : biasGradients.accumulating).write(
        gradient.elements + image * gradient.shape.pixelStride, to: outputs, at: 0, ofShard: shard,
        kernels: context.kernels)
    }
  }
}

extension FeatureMap {
  /// The same pixels as columns of `images` images, so that a shard's are summed in one sweep over the filter.
  fileprivate func asImages(_ images: Int) -> FeatureMap {
    FeatureMap(
      Shape(
        images: images, height: shape.pixels / images, width: 1, channels: shape.channels,
        isDense: shape.isDense), at: elements)
  }
}
