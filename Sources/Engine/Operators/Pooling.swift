/// Max pooling over an odd square window, padding `kernel / 2`, stride 1 or 2; padding never wins.
public final class MaxPooling {
  /// The side of the window and its step.
  public let kernel, stride: Int
  private var plans: [SlidingWindow: PixelPlan] = [:]

  /// - Precondition: `kernel` is odd, `stride` is 1 or 2.
  public init(kernel: Int, stride: Int) {
    precondition(kernel % 2 == 1 && (stride == 1 || stride == 2), "kernel odd, stride 1 or 2")
    self.kernel = kernel
    self.stride = stride
  }

  /// The output's shape for an input.
  public func outputShape(for input: FeatureMap.Shape) -> FeatureMap.Shape {
    FeatureMap.Shape(
      images: input.images, height: SlidingWindow.outputSize(input.height, stride),
      width: SlidingWindow.outputSize(input.width, stride), channels: input.channels)
  }

  /// The largest value of every window.
  public func forward(_ input: FeatureMap, output: FeatureMap, in context: EngineContext) {
    precondition(output.shape == outputShape(for: input.shape), "feature maps agree")
    let plan = plan(for: input.shape)
    let row = input.shape.pixelStride
    context.threads.forEach(input.shape.images) { image in
      for pixels in plan.blocks[0].classes {
        context.kernels.maxPoolGathered(
          input.elements + image * input.shape.imagePixels * row,
          output.elements + image * output.shape.imagePixels * row, row, pixels.inputPixels,
          pixels.outputPixels, pixels.pixelsPerImage, pixels.tapOffsets, pixels.taps)
      }
    }
  }

  /// Gives each output's gradient to the first input, in the order of taps, that held the maximum.
  public func backward(
    _ input: FeatureMap, output: FeatureMap, gradient: FeatureMap, inputGradient: FeatureMap,
    in context: EngineContext
  ) {
    precondition(
      output.shape == outputShape(for: input.shape) && gradient.shape == output.shape
        && inputGradient.shape == input.shape, "feature maps agree")
    let plan = plan(for: input.shape)
    let row = input.shape.pixelStride
    context.threads.forEach(input.shape.images) { image in
      let source = image * input.shape.imagePixels * row
      let target = image * output.shape.imagePixels * row
      (inputGradient.elements + source).update(repeating: 0, count: input.shape.imagePixels * row)
      for pixels in plan.blocks[0].classes {
        context.kernels.maxPoolGradientGathered(
          input.elements + source, output.elements + target, gradient.elements + target,
          inputGradient.elements + source, row, pixels.inputPixels, pixels.outputPixels,
          pixels.pixelsPerImage, pixels.tapOffsets, pixels.taps)
      }
    }
  }

  private func plan(for input: FeatureMap.Shape) -> PixelPlan {
    let window = SlidingWindow.forward(
      height: input.height, width: input.width, kernel: kernel, stride: stride)
    if let plan = plans[window] { return plan }
    let plan = PixelPlan(window, imagesPerBlock: 1, rowsPerBlock: window.targetHeight)
    plans[window] = plan
    return plan
  }
}

/// The mean of every channel over an image's pixels.
public enum GlobalAveragePooling {
  /// One pixel an image.
  public static func outputShape(for input: FeatureMap.Shape) -> FeatureMap.Shape {
    FeatureMap.Shape(images: input.images, height: 1, width: 1, channels: input.channels)
  }

  /// `output[image] = mean over pixels of input[image]`, summed in the order of pixels.
  public static func forward(_ input: FeatureMap, output: FeatureMap, in context: EngineContext) {
    precondition(output.shape == outputShape(for: input.shape), "feature maps agree")
    let row = input.shape.pixelStride
    context.threads.forEach(input.shape.images) { image in
      context.kernels.sumPixels(
        input.elements + image * input.shape.imagePixels * row, input.shape.imagePixels, row,
        1 / Float(input.shape.imagePixels), output.elements + image * row)
    }
  }

  /// Every pixel receives its share of the gradient.
  public static func backward(
    _ gradient: FeatureMap, inputGradient: FeatureMap, in context: EngineContext
  ) {
    let shape = inputGradient.shape
    precondition(gradient.shape == outputShape(for: shape), "feature maps agree")
    let row = shape.pixelStride
    context.threads.forEach(shape.images) { image in
      context.kernels.spreadPixels(
        gradient.elements + image * row, shape.imagePixels, row, 1 / Float(shape.imagePixels),
        inputGradient.elements + image * shape.imagePixels * row)
    }
  }
}
