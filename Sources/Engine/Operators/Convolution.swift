/// A convolution without bias: odd square kernel, padding `kernel / 2`, stride 1 or 2.
///
/// One object a layer: it keeps the pixel lists of the sizes it has met. Weights are HWIO at full width; the
/// `FilterView` says which part is used. Every output element is one sum in a fixed order (taps, then
/// channels), so the bits do not depend on threads, on the batch around an image or on the block sizes below.
///
/// Tolerance against exact arithmetic: about 1e-7 times the square root of the summands, relative to the sum of
/// their magnitudes.
public final class Convolution {
  /// The side of the window and its step.
  public let kernel, stride: Int

  private struct PlanKey: Hashable {
    let window: SlidingWindow
    let imagesPerBlock, rowsPerBlock: Int
  }
  struct RunKey: Hashable {
    let height, width, rowsPerBlock: Int
  }
  private var plans: [PlanKey: PixelPlan] = [:]
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
  public func forward(
    _ input: FeatureMap, weights: UnsafePointer<Float>, filter: FilterView, output: FeatureMap,
    in context: EngineContext
  ) {
    precondition(
      output.shape == outputShape(for: input.shape, channels: filter.outputs.count)
        && input.shape.channels == filter.inputs.count, "feature maps and filter agree")
    let panels = WeightPanels(kernels: context.kernels, filter: filter)
    let packed = context.scratch(
      .panels,
      WeightPanels.size(
        taps: filter.taps, depth: filter.inputs.count, columns: filter.outputs.count))
    panels.packForward(weights, into: packed, threads: context.threads)
    multiply(
      input, by: packed, panels, depth: filter.inputs.count, columns: filter.outputs.count,
      window: .forward(
        height: input.shape.height, width: input.shape.width, kernel: kernel, stride: stride),
      output, in: context)
  }

  /// `inputGradient = outputGradient * filter, transposed`.
  public func backwardData(
    _ outputGradient: FeatureMap, weights: UnsafePointer<Float>, filter: FilterView,
    inputGradient: FeatureMap, in context: EngineContext
  ) {
    precondition(
      outputGradient.shape
        == outputShape(for: inputGradient.shape, channels: filter.outputs.count)
        && inputGradient.shape.channels == filter.inputs.count, "feature maps and filter agree")
    let panels = WeightPanels(kernels: context.kernels, filter: filter)
    let packed = context.scratch(
      .panels,
      WeightPanels.size(
        taps: filter.taps, depth: filter.outputs.count, columns: filter.inputs.count))
    panels.packBackward(weights, into: packed, threads: context.threads)
    multiply(
      outputGradient, by: packed, panels, depth: filter.outputs.count,
      columns: filter.inputs.count,
      window: .backward(
        height: inputGradient.shape.height, width: inputGradient.shape.width, kernel: kernel,
        stride: stride), inputGradient, in: context)
  }

  /// The product that forward and backward-data share: source pixels times panels, into target pixels.
  private func multiply(
    _ source: FeatureMap, by packed: UnsafePointer<Float>, _ panels: WeightPanels, depth: Int,
    columns: Int, window: SlidingWindow, _ target: FeatureMap, in context: EngineContext
  ) {
    let kernels = context.kernels
    let plan = plan(
      for: window, sourceStride: source.shape.pixelStride, images: source.shape.images)
    let panelCount = panels.count(columns: columns)
    let blockCount = plan.blockCount(images: source.shape.images)
    // Whole rows of panels share a block's pixels in cache; they are split only to feed every thread.
    let groups = min(panelCount, max(1, 4 * context.threads.count / blockCount))
    let (sourceStride, targetStride) = (source.shape.pixelStride, target.shape.pixelStride)
    let (sourceImage, targetImage) = (source.shape.imagePixels, target.shape.imagePixels)
    context.threads.forEach(blockCount * groups) { job in
      let (blockIndex, group) = (job / groups, job % groups)
      let block = plan.blocks[blockIndex % plan.blocks.count]
      let image = blockIndex / plan.blocks.count * plan.imagesPerBlock
      let images = min(plan.imagesPerBlock, source.shape.images - image)
      let input = source.elements + image * sourceImage * sourceStride
      let output = target.elements + image * targetImage * targetStride
      for panel in group * panelCount / groups..<(group + 1) * panelCount / groups {
        let weights = packed + panels.start(ofPanel: panel, taps: window.taps, depth: depth)
        let vectors = panels.width(ofPanel: panel, columns: columns) / kernels.lanes
        for pixels in block.classes where pixels.taps > 0 {
          kernels.multiplyGathered(
            input, sourceStride, pixels.inputPixels, pixels.tapOffsets, pixels.tapPanels,
            pixels.taps, depth, weights, vectors, output + panel * kernels.panelWidth,
            targetStride, pixels.outputPixels, pixels.pixelsPerImage * images)
        }
      }
      // A stride larger than the kernel leaves inputs that no output read.
      for pixels in block.classes where pixels.taps == 0 {
        for m in 0..<pixels.pixelsPerImage * images {
          (output + Int(pixels.outputPixels[m]) * targetStride).update(
            repeating: 0, count: targetStride)
        }
      }
    }
  }

  /// A block's source pixels should stay in the second-level cache beside a weight panel.
  private static let blockBytes = 384 << 10

  private func plan(for window: SlidingWindow, sourceStride: Int, images: Int) -> PixelPlan {
    let rowBytes = window.sourceWidth * sourceStride * 4
    let imageBytes = rowBytes * window.sourceHeight
    let fitting = max(1, min(images, Self.blockBytes / imageBytes))
    let rows = max(
      1, Self.blockBytes / rowBytes * window.targetHeight / window.sourceHeight)
    let key = PlanKey(
      window: window, imagesPerBlock: previousPowerOfTwo(fitting),
      rowsPerBlock: min(window.targetHeight, previousPowerOfTwo(rows)))
    let whole = key.imagesPerBlock > 1 || imageBytes <= Self.blockBytes
    let chosen =
      whole
      ? PlanKey(
        window: window, imagesPerBlock: key.imagesPerBlock, rowsPerBlock: window.targetHeight) : key
    if let plan = plans[chosen] { return plan }
    let plan = PixelPlan(
      window, imagesPerBlock: chosen.imagesPerBlock, rowsPerBlock: chosen.rowsPerBlock)
    plans[chosen] = plan
    return plan
  }
}

/// The largest power of two that is at most `value`; `value` is at least 1.
private func previousPowerOfTwo(_ value: Int) -> Int {
  1 << (Int.bitWidth - 1 - value.leadingZeroBitCount)
}
