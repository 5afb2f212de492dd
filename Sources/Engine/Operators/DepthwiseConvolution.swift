/// A depthwise convolution without bias: odd square kernel, padding `kernel / 2`, stride 1 or 2.
///
/// Weights are [kernel][kernel][full channels]; input and output use the same channels. Sums run in the order
/// of taps (data) or of images and pixels (filter), whatever the threads.
public final class DepthwiseConvolution {
  /// The side of the window and its step.
  public let kernel, stride: Int
  private var plans: [SlidingWindow: PixelPlan] = [:]
  private var runPlans: [SlidingWindow: RunPlan] = [:]

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

  /// Filters every channel of `input` on its own.
  ///
  /// - Parameters:
  ///   - weights: the full filter, `fullChannels` wide.
  ///   - channels: the slice of it that `input` and `output` hold.
  public func forward(
    _ input: FeatureMap, weights: UnsafePointer<Float>, fullChannels: Int, channels: ChannelSlice,
    output: FeatureMap, in context: EngineContext
  ) {
    precondition(
      output.shape == outputShape(for: input.shape) && channels.count == input.shape.channels,
      "feature maps and slice agree")
    gather(
      input, weights, fullChannels, channels,
      .forward(
        height: input.shape.height, width: input.shape.width, kernel: kernel, stride: stride),
      output, context)
  }

  /// Carries the gradient back to the input.
  public func backwardData(
    _ outputGradient: FeatureMap, weights: UnsafePointer<Float>, fullChannels: Int,
    channels: ChannelSlice, inputGradient: FeatureMap, in context: EngineContext
  ) {
    precondition(
      outputGradient.shape == outputShape(for: inputGradient.shape)
        && channels.count == inputGradient.shape.channels, "feature maps and slice agree")
    gather(
      outputGradient, weights, fullChannels, channels,
      .backward(
        height: inputGradient.shape.height, width: inputGradient.shape.width, kernel: kernel,
        stride: stride), inputGradient, context)
  }

  private func gather(
    _ source: FeatureMap, _ weights: UnsafePointer<Float>, _ fullChannels: Int,
    _ channels: ChannelSlice, _ window: SlidingWindow, _ target: FeatureMap,
    _ context: EngineContext
  ) {
    let pixelStride = source.shape.pixelStride
    let packed = context.scratch(.panels, window.taps * pixelStride)
    for tap in 0..<window.taps {
      channels.copy(
        weights + tap * fullChannels, from: 0, count: pixelStride, to: packed + tap * pixelStride)
    }
    let plan = plans[window] ?? PixelPlan(window, imagesPerBlock: 1, rowsPerBlock: 4)
    plans[window] = plan
    let kernels = context.kernels
    context.threads.forEach(plan.blockCount(images: source.shape.images)) { index in
      let (image, block) = (index / plan.blocks.count, plan.blocks[index % plan.blocks.count])
      let input = source.elements + image * source.shape.imagePixels * pixelStride
      let output = target.elements + image * target.shape.imagePixels * pixelStride
      for pixels in block.classes {
        kernels.depthwiseGathered(
          input, output, pixelStride, pixels.inputPixels, pixels.outputPixels,
          pixels.pixelsPerImage, pixels.tapOffsets, pixels.tapPanels, pixels.taps, packed)
      }
    }
  }

  /// Adds the filter's gradient, shard by shard, to full-size gradients.
  ///
  /// - Parameter gradients: for each shard (an equal run of images), where the full filter's gradient starts.
  public func backwardFilter(
    _ input: FeatureMap, _ outputGradient: FeatureMap, fullChannels: Int, channels: ChannelSlice,
    addingTo gradients: [UnsafeMutablePointer<Float>], in context: EngineContext
  ) {
    let shards = gradients.count
    precondition(input.shape.images % shards == 0, "every shard has as many images")
    precondition(
      outputGradient.shape == outputShape(for: input.shape)
        && channels.count == input.shape.channels, "feature maps and slice agree")
    let kernels = context.kernels
    let pixelStride = input.shape.pixelStride
    let vectors = pixelStride / kernels.lanes
    let window = SlidingWindow.forward(
      height: input.shape.height, width: input.shape.width, kernel: kernel, stride: stride)
    let plan =
      runPlans[window]
      ?? RunPlan(
        height: input.shape.height, width: input.shape.width, kernel: kernel, stride: stride,
        rowsPerBlock: 4)
    runPlans[window] = plan
    let size = window.taps * pixelStride
    let sums = context.scratch(.filterSums, shards * size)
    sums.update(repeating: 0, count: shards * size)
    let images = input.shape.images / shards
    context.threads.forEach(shards * vectors) { job in
      let (shard, channel) = (job / vectors, job % vectors * kernels.lanes)
      for image in shard * images..<(shard + 1) * images {
        let x = input.elements + image * input.shape.imagePixels * pixelStride + channel
        let g =
          outputGradient.elements + image * outputGradient.shape.imagePixels * pixelStride + channel
        for block in plan.runs {
          for tap in 0..<window.taps where block[tap].count > 0 {
            kernels.accumulateDepthwise(
              x, g, pixelStride, stride, block[tap].triples, block[tap].count,
              sums + shard * size + tap * pixelStride + channel)
          }
        }
      }
    }
    for shard in 0..<shards {
      for tap in 0..<window.taps {
        channels.add(
          sums + shard * size + tap * pixelStride, to: gradients[shard] + tap * fullChannels,
          kernels: kernels)
      }
    }
  }
}

extension ChannelSlice {
  /// Adds a dense row to the slice's places in a full row.
  func add(
    _ dense: UnsafePointer<Float>, to full: UnsafeMutablePointer<Float>, kernels: KernelSet
  ) {
    var source = dense
    for span in spans {
      kernels.addInto(full + span.start, source, span.count)
      source += span.count
    }
  }
}
