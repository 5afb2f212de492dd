// Both gradients of a 1x1 layer of stride 1 in one visit to every pixel. Its filter is small beside its maps, so what
// counts is to bring each pixel into cache once: a block of pixels is applied, added to the filter's gradient and
// carried back to the input before the next is touched.

/// How the pixels of a shard are cut: strips of whole chunks, and blocks inside a chunk, which do not show in the bits.
struct PointwisePlan {
  let chunks: ChunkPlan
  let strips: FilterStrips
  /// Floats of a pixel of the input.
  let inputFloats: Int
  /// How a strip's gradient of the filter lies.
  let layout: OuterSums
  /// Floats of a pixel of the output.
  var outputFloats: Int { layout.columns }

  /// None where a shard has too few pixels for its filter.
  init?(_ input: FeatureMap.Shape, outputs: Int, shards: Int, _ kernels: KernelSet) {
    chunks = ChunkPlan(input)
    inputFloats = input.pixelStride
    layout = OuterSums(inputs: input.channels, outputs: outputs, kernels)
    guard
      let strips = FilterStrips(
        parts: chunks.count / shards, pixels: input.pixels / shards,
        size: inputFloats * layout.columns, shards: shards)
    else { return nil }
    self.strips = strips
  }

  /// Pixels of a block at most.
  var blockPixels: Int {
    let allowed = BlockSizes.pointwisePixels
    let tile = allowed.lowerBound
    let fitting = BlockSizes.pointwiseBytes / 4 / (inputFloats + outputFloats) / tile * tile
    return max(tile, min(allowed.upperBound, fitting))
  }

  /// The blocks of a chunk, equal but for one pixel.
  func blocks(ofChunk chunk: Int) -> [PixelRun] {
    let image = chunks.image(of: chunk)
    let pixels = chunks.pixels(of: chunk)
    let first = pixels.start - image * chunks.shape.imagePixels
    let count = (pixels.count + blockPixels - 1) / blockPixels
    return (0..<count).map { block in
      let start = block * pixels.count / count
      return PixelRun(
        image: image, first: first + start, count: (block + 1) * pixels.count / count - start)
    }
  }
}

extension Convolution {
  /// - Parameter product: the weights and where the input's gradient goes; none where nobody wants it.
  func pointwiseBackward(
    _ plan: PointwisePlan, _ input: Operand, _ gradient: GradientOperand, _ filter: FilterView,
    _ gradients: ParameterGradients, _ product: PanelProduct?, in context: EngineContext
  ) {
    let kernels = context.kernels
    let strides = (
      pixels: spreadStride(channels: plan.inputFloats),
      gradients: spreadStride(channels: plan.outputFloats)
    )
    let pixels = context.workerScratch(.workerPixels, plan.blockPixels * strides.pixels)
    let applied = context.workerScratch(.workerGradients, plan.blockPixels * strides.gradients)
    let strips = plan.strips
    let indices = context.indices(plan.blockPixels)
    let totals = strips.sum(
      used: plan.layout.size, tile: kernels.outerRows * plan.outputFloats, in: context
    ) { strip, worker, sums in
      let following = strips.parts(
        ofStrip: context.threads.likelyNext(after: strip, of: strips.totalCount))
      PointwiseStrip(
        plan: plan, input: input, gradient: gradient, product: product, kernels: kernels,
        indices: indices, pixels: pixels(worker), pixelStride: strides.pixels,
        gradients: applied(worker), gradientStride: strides.gradients, sums: sums
      ).run(strips.parts(ofStrip: strip), before: plan.blocks(ofChunk: following.lowerBound)[0])
    }
    for (shard, total) in totals.enumerated() {
      filter.scatter(to: gradients, shard: shard, in: context) { _, input, memory in
        plan.layout.row(input, of: total, orCopiedTo: memory)
      }
    }
  }
}

/// The sums and the input's gradient of some neighbouring chunks.
private struct PointwiseStrip {
  let plan: PointwisePlan
  let input: Operand
  let gradient: GradientOperand
  let product: PanelProduct?
  let kernels: KernelSet
  let indices: UnsafePointer<Int32>
  /// A block's pixels of both maps, applied.
  let pixels: UnsafeMutablePointer<Float>
  let pixelStride: Int
  let gradients: UnsafeMutablePointer<Float>
  let gradientStride: Int
  let sums: UnsafeMutablePointer<Float>

  /// - Parameter following: what this thread is likely to take afterwards.
  func run(_ chunks: Range<Int>, before following: PixelRun) {
    var isFirst = true
    for chunk in chunks {
      let blocks = plan.blocks(ofChunk: chunk)
      let afterwards =
        chunk + 1 < chunks.upperBound ? plan.blocks(ofChunk: chunk + 1)[0] : following
      for (block, next) in zip(blocks, blocks.dropFirst() + [afterwards]) {
        gradient.copy(
          block, floats: 0..<plan.outputFloats, to: gradients, stride: gradientStride,
          kernels: kernels)
        input.copy(
          block, floats: 0..<plan.inputFloats, to: pixels, stride: pixelStride, kernels: kernels)
        accumulate(block.count, isFirst: isFirst, before: next)
        carryBack(block)
        isFirst = false
      }
      guard let product, let observer = product.observer else { continue }
      observer.take(chunk, of: product.target, floats: 0..<plan.inputFloats)
    }
  }

  /// Adds the block to the filter's gradient: a tile's gradients stay in the first-level cache while all rows pass.
  private func accumulate(_ count: Int, isFirst: Bool, before next: PixelRun) {
    var ahead = ReadAhead(
      gradient.memory(behind: next) + input.memory(behind: next),
      calls: plan.layout.columnTiles.count * plan.layout.rows / kernels.outerRows)
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: 3) { run in
      (run[0], run[1], run[2]) = (0, 0, Int32(count))
      guard let run = run.baseAddress else { return }
      for columns in plan.layout.columnTiles {
        for row in stride(from: 0, to: plan.layout.rows, by: kernels.outerRows) {
          let wanted = ahead.next()
          kernels.accumulateOuterProducts(
            pixels + row, pixelStride, pixelStride, gradients + columns.start, gradientStride,
            gradientStride, run, 1, columns.count / kernels.lanes,
            sums + plan.layout.place(row: row, of: columns), !isFirst, wanted.start,
            wanted.floats)
        }
      }
    }
  }

  /// Multiplies the block by the weights, into the input's gradient.
  private func carryBack(_ block: PixelRun) {
    guard let product else { return }
    let target = product.target
    let place = target.elements + target.shape.pixel(block.first, ofImage: block.image)
    for panel in product.panels {
      kernels.multiplyGathered(
        gradients, gradientStride, indices, indices, indices, 1, product.depth,
        product.weights + panel.start * product.depth, panel.count / kernels.lanes,
        nil, nil, 0, place + panel.start, target.shape.pixelStride, indices, block.count, gradients,
        0)
    }
  }
}
