// Forward and backward-data as sums over taps and channels, block by block of target pixels.
extension Convolution {
  /// Copies each block's source pixels, applied, and multiplies them by the panels.
  func direct(_ product: PanelProduct, window: SlidingWindow, in context: EngineContext) {
    let kernels = context.kernels
    let layout = layout(channels: product.depth, reversed: window.reversed)
    let stride = layout == .bordered ? product.depth : spreadStride(channels: product.depth)
    let plan = plan(
      for: window, layout, stride: stride, images: product.source.shape.images,
      threads: context.threads.count)
    let panelCount = product.panels.count
    let blockCount = plan.blockCount(images: product.source.shape.images)
    // Whole rows of panels share a block's pixels in cache; they are split only to feed every thread.
    let groups = min(panelCount, max(1, 8 * context.threads.count / blockCount))
    let memory = context.workerScratch(.workerPixels, plan.patchPixels * stride + 16)
    context.threads.forEachWithWorker(blockCount * groups) { job, worker in
      let (block, group) = (job / groups, job % groups)
      let next = context.threads.likelyNext(after: job, of: blockCount * groups) / groups
      DirectBlock(
        product: product, plan: plan, kernels: kernels, taps: window.taps, stride: stride,
        block: plan.blocks[block % plan.blocks.count],
        images: plan.images(ofBlock: block, of: product.source.shape.images),
        panels: product.panels[group * panelCount / groups..<(group + 1) * panelCount / groups]
      ).run(
        memory(worker),
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
    var key = PlanKey(
      window: window, imagesPerBlock: 1, rowsPerBlock: window.targetHeight, layout: layout)
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
  /// Floats from one pixel of the patch to the next.
  let stride: Int
  let block: PixelPlan.Block
  let images: Range<Int>
  let panels: ArraySlice<ChannelSpan>

  /// - Parameter next: what this thread is likely to copy afterwards.
  func run(_ memory: UnsafeMutablePointer<Float>, before next: PixelRun) {
    for image in 0..<images.count {
      block.patch.copy(
        product.source, image: images.lowerBound + image,
        to: memory + image * block.patch.height * block.patch.width * stride, stride: stride,
        kernels: kernels)
    }
    // With a border a row of taps counts as one.
    let rowTaps = plan.layout == .bordered ? taps / block.classes[0].taps : 1
    clearUntouched()
    var ahead = ReadAhead(
      product.source.memory(behind: next), calls: panels.count * block.classes.count)
    var shown = panels.first?.start ?? 0
    let wanted =
      product.observer?.readsAnotherMap ?? false
      ? BlockSizes.observedFloatsOfTwoMaps : BlockSizes.observedFloats
    for panel in panels {
      multiply(panel, memory, depth: product.depth * rowTaps, &ahead)
      if panel.end - shown >= wanted || panel.end == panels.last?.end {
        showChunks(shown..<panel.end)
        shown = panel.end
      }
    }
  }

  /// Shows the output of some panels, which is still in the nearer caches.
  private func showChunks(_ floats: Range<Int>) {
    guard let observer = product.observer else { return }
    for image in 0..<images.count {
      let first = (images.lowerBound + image) * observer.plan.chunksPerImage
      let rows = observer.plan.rowsPerChunk
      for chunk in block.rows.lowerBound / rows..<(block.rows.upperBound + rows - 1) / rows {
        observer.take(first + chunk, of: product.target, floats: floats)
      }
    }
  }

  private var output: UnsafeMutablePointer<Float> {
    product.target.elements
      + images.lowerBound * product.target.shape.imagePixels * product.target.shape.pixelStride
  }

  private func multiply(
    _ panel: ChannelSpan, _ memory: UnsafeMutablePointer<Float>, depth: Int,
    _ ahead: inout ReadAhead
  ) {
    let weights = product.weights + panel.start * taps * product.depth
    for pixels in block.classes where pixels.taps > 0 {
      let wanted = ahead.next()
      kernels.multiplyGathered(
        memory, stride, pixels.inputPixels, pixels.tapOffsets, pixels.tapPanels, pixels.taps,
        depth, weights, panel.count / kernels.lanes, output + panel.start,
        product.target.shape.pixelStride, pixels.outputPixels, pixels.pixelsPerImage * images.count,
        wanted.start, wanted.floats)
    }
  }

  /// A stride larger than the kernel leaves pixels that no tap reaches.
  private func clearUntouched() {
    guard let first = panels.first?.start, let end = panels.last?.end else { return }
    let stride = product.target.shape.pixelStride
    for pixels in block.classes where pixels.taps == 0 {
      for m in 0..<pixels.pixelsPerImage * images.count {
        (output + Int(pixels.outputPixels[m]) * stride + first).update(
          repeating: 0, count: end - first)
      }
    }
  }
}

/// The largest power of two that is at most `value`; `value` is at least 1.
private func previousPowerOfTwo(_ value: Int) -> Int {
  1 << (Int.bitWidth - 1 - value.leadingZeroBitCount)
}
