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
  private struct RunKey: Hashable {
    let height, width, rowsPerBlock: Int
  }
  private var plans: [PlanKey: PixelPlan] = [:]
  private var runPlans: [RunKey: RunPlan] = [:]

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

  /// Adds the filter's gradient, shard by shard, to full-size gradients.
  ///
  /// The batch is cut into `gradients.count` equal runs of images; each run's gradient is summed on its own, in
  /// the order of its images and pixels.
  ///
  /// - Parameter gradients: for each shard, where the full filter's gradient starts.
  public func backwardFilter(
    _ input: FeatureMap, _ outputGradient: FeatureMap, filter: FilterView,
    addingTo gradients: [UnsafeMutablePointer<Float>], in context: EngineContext
  ) {
    let shards = gradients.count
    precondition(input.shape.images % shards == 0, "every shard has as many images")
    let kernels = context.kernels
    let shape = FilterSumsShape(filter, kernels)
    let sums = context.scratch(.filterSums, shards * shape.size)
    let plan = runPlan(for: input.shape, gradientStride: outputGradient.shape.pixelStride)
    let columnTiles = OuterColumns(vectors: shape.columns / kernels.lanes, kernels)
    let images = input.shape.images / shards
    let rowTiles = shape.rows / kernels.outerRows
    // A job sweeps all taps of its rows while a block of pixels is in cache; rows, then taps, are split only
    // to feed every thread.
    let jobs = shards * columnTiles.tiles.count
    let wanted = (8 * context.threads.count + jobs - 1) / jobs
    let rowGroups = min(rowTiles, wanted)
    let tapGroups = min(filter.taps, (wanted + rowGroups - 1) / rowGroups)
    context.threads.forEach(jobs * rowGroups * tapGroups) { index in
      let rowGroup = index % rowGroups
      let tapGroup = index / rowGroups % tapGroups
      let job = index / rowGroups / tapGroups
      let tile = columnTiles.tiles[job % columnTiles.tiles.count]
      let shard = job / columnTiles.tiles.count
      let rows = rowGroup * rowTiles / rowGroups..<(rowGroup + 1) * rowTiles / rowGroups
      let taps = tapGroup * filter.taps / tapGroups..<(tapGroup + 1) * filter.taps / tapGroups
      let target = sums + shard * shape.size + tile.start
      for tap in taps {
        for row in rows.lowerBound * kernels.outerRows..<rows.upperBound * kernels.outerRows {
          (target + (tap * shape.rows + row) * shape.columns).update(
            repeating: 0, count: tile.count)
        }
      }
      for image in shard * images..<(shard + 1) * images {
        let x = input.elements + image * input.shape.imagePixels * input.shape.pixelStride
        let g =
          outputGradient.elements + image * outputGradient.shape.imagePixels
          * outputGradient.shape.pixelStride + tile.start
        for block in plan.runs {
          for tap in taps where block[tap].count > 0 {
            for row in rows {
              let channel = row * kernels.outerRows
              kernels.accumulateOuterProducts(
                x + channel, input.shape.pixelStride, stride * input.shape.pixelStride, g,
                outputGradient.shape.pixelStride, outputGradient.shape.pixelStride,
                block[tap].triples, block[tap].count, tile.count / kernels.lanes,
                target + (tap * shape.rows + channel) * shape.columns, shape.columns)
            }
          }
        }
      }
    }
    context.threads.forEach(shards * filter.taps) { job in
      filter.scatterAdd(
        sums + job / filter.taps * shape.size, tap: job % filter.taps, rows: shape.rows,
        columns: shape.columns, to: gradients[job / filter.taps], kernels: kernels)
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

  /// A block's gradients, three vectors wide, should stay in the first-level cache.
  private static let runBytes = 20 << 10

  private func runPlan(for input: FeatureMap.Shape, gradientStride: Int) -> RunPlan {
    let width = SlidingWindow.outputSize(input.width, stride)
    let height = SlidingWindow.outputSize(input.height, stride)
    let rows = max(1, Self.runBytes / (width * min(gradientStride, 48) * 4))
    let key = RunKey(height: input.height, width: input.width, rowsPerBlock: min(height, rows))
    if let plan = runPlans[key] { return plan }
    let plan = RunPlan(
      height: input.height, width: input.width, kernel: kernel, stride: stride,
      rowsPerBlock: key.rowsPerBlock)
    runPlans[key] = plan
    return plan
  }
}

/// The dense sums of one shard's filter gradient: [taps][rows][columns], padded to whole tiles.
private struct FilterSumsShape {
  let rows, columns, size: Int

  init(_ filter: FilterView, _ kernels: KernelSet) {
    rows = roundedUp(filter.inputs.count, to: kernels.outerRows)
    columns = roundedUp(filter.outputs.count, to: 16)
    size = filter.taps * rows * columns
  }
}

/// Cuts a row of vectors into tiles of at most three, never leaving one alone where two and two do.
private struct OuterColumns {
  /// Starts and counts in floats.
  let tiles: [ChannelSpan]

  init(vectors: Int, _ kernels: KernelSet) {
    var tiles: [ChannelSpan] = []
    var start = 0
    while start < vectors {
      let left = vectors - start
      let count = left == 4 ? 2 : min(kernels.outerVectors, left)
      tiles.append(ChannelSpan(start: start * kernels.lanes, count: count * kernels.lanes))
      start += count
    }
    self.tiles = tiles
  }
}

/// The largest power of two that is at most `value`; `value` is at least 1.
private func previousPowerOfTwo(_ value: Int) -> Int {
  1 << (Int.bitWidth - 1 - value.leadingZeroBitCount)
}
