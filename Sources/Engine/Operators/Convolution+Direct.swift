// Forward and backward-data as sums over taps and channels, block by block of target pixels.
extension Convolution {
  /// Multiplies each block's source pixels by the panels: a copy of them, applied, or the pixels as they lie in the map where
  /// that is all that is needed.
  func direct(_ product: PanelProduct, window: SlidingWindow, in context: EngineContext) {
    let kernels = context.kernels
    let layout = layout(channels: product.depth, reversed: window.reversed)
    let isInPlace = kernel == 1 && self.stride == 1 && product.source.pending == nil
    let stride =
      if isInPlace {
        product.source.shape.pixelStride
      } else if layout == .bordered {
        product.depth
      } else {
        spreadStride(channels: product.depth)
      }
    let plan = plan(
      for: window, layout, stride: stride, images: product.source.shape.images,
      threads: context.threads.count)
    let panelCount = product.panels.count
    let blockCount = plan.blockCount(images: product.source.shape.images)
    // Whole rows of panels share a block's pixels in cache; they are split only to feed every thread.
    let groups = min(panelCount, max(1, 8 * context.threads.count / blockCount))
    let patches =
      isInPlace ? nil : context.workerScratch(.workerPixels, plan.patchPixels * stride + 16)
    let groupFloats =
      product.observer?.readsAnotherMap ?? false
      ? BlockSizes.observedFloatsOfTwoMaps : BlockSizes.observedFloats
    let output = OutputMemory(
      product.target, pixels: plan.targetPixels,
      floats: min(
        product.target.shape.pixelStride, groupFloats + kernels.panelVectors * kernels.lanes),
      observer: product.observer, copies: false, in: context)
    context.threads.forEachWithWorker(blockCount * groups) { job, worker in
      let (block, group) = (job / groups, job % groups)
      let next = context.threads.likelyNext(after: job, of: blockCount * groups) / groups
      DirectBlock(
        product: product, plan: plan, kernels: kernels, taps: window.taps, stride: stride,
        block: plan.blocks[block % plan.blocks.count],
        images: plan.images(ofBlock: block, of: product.source.shape.images),
        panels: product.panels[group * panelCount / groups..<(group + 1) * panelCount / groups],
        output: output, worker: worker
      ).run(
        patches?(worker), groupFloats: groupFloats,
        before: plan.pixels(ofBlock: next, of: product.source.shape))
    }
  }

  private func plan(
    for window: SlidingWindow, _ layout: PatchLayout, stride: Int, images: Int, threads: Int
  ) -> PixelPlan {
    let rowBytes = (window.sourceWidth + window.kernel) * stride * 4
    let imageBytes = rowBytes * window.sourceHeight
    let chunk = ChunkPlan(
      FeatureMap.Shape(
        images: 1, height: window.targetHeight, width: window.targetWidth, channels: 1))
    let key: PlanKey
    if imageBytes <= BlockSizes.directSourceBytes {
      // Several images a block, but enough blocks for every thread.
      let most = max(1, min(BlockSizes.directSourceBytes / imageBytes, images / (4 * threads)))
      key = PlanKey(
        window: window, imagesPerBlock: previousPowerOfTwo(most),
        rowsPerBlock: window.targetHeight, layout: layout)
    } else {
      let rows = BlockSizes.directSourceBytes / rowBytes * window.targetHeight / window.sourceHeight
      // Whole chunks, so that an observer sees whole ones.
      key = PlanKey(
        window: window, imagesPerBlock: 1,
        rowsPerBlock: max(1, rows / chunk.rowsPerChunk) * chunk.rowsPerChunk, layout: layout)
    }
    if let plan = plans[key] { return plan }
    let plan = PixelPlan(
      window, imagesPerBlock: key.imagesPerBlock, rowsPerBlock: key.rowsPerBlock,
      layout: layout)
    plans[key] = plan
    return plan
  }
}

/// Some target rows of some images, times some panels.
private struct DirectBlock {
  let product: PanelProduct
  let plan: PixelPlan
  let kernels: KernelSet
  let taps: Int
  /// Floats from one source pixel to the next.
  let stride: Int
  let block: PixelPlan.Block
  let images: Range<Int>
  let panels: ArraySlice<ChannelSpan>
  let output: OutputMemory
  let worker: Int

  /// - Parameters:
  ///   - patch: memory for the source pixels; none where they are read in place.
  ///   - groupFloats: floats of each target pixel, at least, that are made before they are shown.
  ///   - next: what this thread is likely to read afterwards.
  func run(_ patch: UnsafeMutablePointer<Float>?, groupFloats: Int, before next: PixelRun) {
    let source = patch.map(copied) ?? firstSource
    // With a border a row of taps counts as one.
    let rowTaps = plan.layout == .bordered ? taps / block.classes[0].taps : 1
    var ahead = ReadAhead(
      product.source.memory(behind: next), calls: panels.count * block.classes.count)
    let target = product.target.shape
    let firstTarget = images.lowerBound * target.imagePixels + block.rows.lowerBound * target.width
    let chunks = chunks
    var rest = panels
    while let start = rest.first?.start {
      let group = rest.prefix { $0.start < start + groupFloats }
      rest = rest[group.endIndex...]
      let window = output.window(
        first: firstTarget, floats: start..<(group.last?.end ?? start), worker: worker)
      clearUntouched(window)
      for panel in group {
        multiply(panel, source, depth: product.depth * rowTaps, into: window, &ahead)
      }
      output.finish(window, chunks)
    }
  }

  /// The block's first source pixel in the map.
  private var firstSource: UnsafePointer<Float> {
    let map = product.source.map
    let pixel = block.rows.lowerBound * map.shape.width
    return UnsafePointer(map.elements + map.shape.pixel(pixel, ofImage: images.lowerBound))
  }

  /// Copies the source pixels, image by image.
  private func copied(to patch: UnsafeMutablePointer<Float>) -> UnsafePointer<Float> {
    for image in 0..<images.count {
      block.patch.copy(
        product.source, image: images.lowerBound + image,
        to: patch + image * block.patch.height * block.patch.width * stride, stride: stride,
        kernels: kernels)
    }
    return UnsafePointer(patch)
  }

  /// The target's chunks in the block's rows of all its images; blocks of several images have all rows.
  private var chunks: Range<Int> {
    let plan = ChunkPlan(product.target.shape)
    let (first, last) = (
      block.rows.lowerBound / plan.rowsPerChunk, (block.rows.upperBound - 1) / plan.rowsPerChunk
    )
    let start = images.lowerBound * plan.chunksPerImage + first
    return start..<(images.upperBound - 1) * plan.chunksPerImage + last + 1
  }

  /// The first image's first pixel in a window, from which a class counts its target pixels.
  private func origin(of window: OutputWindow) -> UnsafeMutablePointer<Float> {
    window.elements - block.rows.lowerBound * product.target.shape.width * window.stride
  }

  private func multiply(
    _ panel: ChannelSpan, _ source: UnsafePointer<Float>, depth: Int,
    into window: OutputWindow, _ ahead: inout ReadAhead
  ) {
    let weights = product.weights + panel.start * taps * product.depth
    let target = origin(of: window) + panel.start - window.floats.lowerBound
    for pixels in block.classes where pixels.taps > 0 {
      let wanted = ahead.next()
      kernels.multiplyGathered(
        source, stride, pixels.inputPixels, pixels.tapOffsets, pixels.tapPanels, pixels.taps,
        depth, weights, panel.count / kernels.lanes, product.normalization.scale(from: panel.start),
        product.normalization.shift(from: panel.start), product.normalization.activation, target,
        window.stride, pixels.outputPixels, pixels.pixelsPerImage * images.count, wanted.start,
        wanted.floats)
    }
  }

  /// A stride larger than the kernel leaves pixels that no tap reaches.
  private func clearUntouched(_ window: OutputWindow) {
    let origin = origin(of: window)
    for pixels in block.classes where pixels.taps == 0 {
      for m in 0..<pixels.pixelsPerImage * images.count {
        (origin + Int(pixels.outputPixels[m]) * window.stride).update(
          repeating: 0, count: window.floats.count)
      }
    }
  }
}

/// The largest power of two that is at most `value`; `value` is at least 1.
private func previousPowerOfTwo(_ value: Int) -> Int {
  1 << (Int.bitWidth - 1 - value.leadingZeroBitCount)
}
