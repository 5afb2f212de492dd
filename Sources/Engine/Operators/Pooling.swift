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
  public func forward(_ input: Operand, output: FeatureMap, in context: EngineContext) {
    precondition(output.shape == outputShape(for: input.shape), "feature maps agree")
    let plan = plan(for: input.shape)
    let row = input.shape.pixelStride
    let memory = context.workerScratch(.workerPixels, plan.patchPixels * row)
    context.threads.forEachWithWorker(input.shape.images) { image, worker in
      plan.blocks[0].patch.copy(
        input, image: image, to: memory(worker), stride: row, kernels: context.kernels)
      for pixels in plan.blocks[0].classes {
        context.kernels.maxPoolGathered(
          memory(worker), output.elements + image * output.shape.imagePixels * row, row,
          pixels.inputPixels,
          pixels.outputPixels, pixels.pixelsPerImage, pixels.tapOffsets, pixels.taps)
      }
    }
  }

  /// Gives each output's gradient to the first input, in the order of taps, that held the maximum.
  public func backward(
    _ input: Operand, output: FeatureMap, gradient: FeatureMap, inputGradient: FeatureMap,
    in context: EngineContext
  ) {
    precondition(
      output.shape == outputShape(for: input.shape) && gradient.shape == output.shape
        && inputGradient.shape == input.shape, "feature maps agree")
    let plan = plan(for: input.shape)
    let row = input.shape.pixelStride
    let memory = context.workerScratch(.workerPixels, plan.patchPixels * row)
    context.threads.forEachWithWorker(input.shape.images) { image, worker in
      let patch = plan.blocks[0].patch
      patch.copy(input, image: image, to: memory(worker), stride: row, kernels: context.kernels)
      let source = image * input.shape.imagePixels * row
      let target = image * output.shape.imagePixels * row
      (inputGradient.elements + source).update(repeating: 0, count: input.shape.imagePixels * row)
      for pixels in plan.blocks[0].classes {
        context.kernels.maxPoolGradientGathered(
          memory(worker), output.elements + target, gradient.elements + target,
          inputGradient.elements + source, row, pixels.inputPixels, pixels.outputPixels,
          pixels.pixelsPerImage, pixels.tapOffsets, pixels.taps)
      }
    }
  }

  private func plan(for input: FeatureMap.Shape) -> PixelPlan {
    let window = SlidingWindow.forward(
      height: input.height, width: input.width, kernel: kernel, stride: stride)
    if let plan = plans[window] { return plan }
    let plan = PixelPlan(
      window, imagesPerBlock: 1, rowsPerBlock: window.targetHeight, layout: .clipped)
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
  public static func forward(_ input: Operand, output: FeatureMap, in context: EngineContext) {
    precondition(output.shape == outputShape(for: input.shape), "feature maps agree")
    let row = input.shape.pixelStride
    let shape = input.shape
    let patch = Patch(rows: 0..<shape.height, columns: 0..<shape.width)
    let memory = context.workerScratch(.workerPixels, shape.imagePixels * row)
    context.threads.forEachWithWorker(shape.images) { image, worker in
      patch.copy(input, image: image, to: memory(worker), stride: row, kernels: context.kernels)
      context.kernels.sumPixels(
        memory(worker), shape.imagePixels, row, 1 / Float(shape.imagePixels),
        output.elements + image * row)
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
