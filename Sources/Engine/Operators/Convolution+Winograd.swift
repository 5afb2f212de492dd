// Forward and backward-data of 3x3 convolutions by Winograd's F(4x4, 3x3): a tile of 4 x 4 target pixels is made
// from 6 x 6 source pixels with 36 multiplications a pair of channels instead of 144.
extension Convolution {
  /// Transforms the source tile by tile, multiplies at each of the 36 positions, and transforms the products back.
  ///
  /// Each target pixel is a function of its tile's source pixels alone, summed over channels in order.
  func winograd(_ product: PanelProduct, in context: EngineContext) {
    let tiling = WinogradTiling(product.target.shape)
    let sizes = TileSizes(product.depth, product.columns)
    let chunks = tiling.plan.count
    let tiles = chunks * tiling.tilesPerChunk
    // As many jobs as keep a job's tiles near the cache, in equal numbers for all threads.
    let wanted = max(1, tiles / sizes.tilesPerJob)
    let jobs = min(chunks, roundedUp(wanted, to: context.threads.count))
    let most = (chunks + jobs - 1) / jobs * tiling.tilesPerChunk
    let pixels = context.workerScratch(
      .workerPixels, tiling.patchPixels * product.source.shape.pixelStride + 16)
    let transformed = context.workerScratch(
      .workerTiles, 36 * spreadPositions(most * sizes.sourceStride))
    let products = context.workerScratch(
      .workerProducts, 36 * spreadPositions(most * sizes.targetStride))
    let indices = context.indices(most)
    context.threads.forEachWithWorker(jobs) { job, worker in
      WinogradJob(
        product: product, tiling: tiling, sizes: sizes,
        chunks: tiling.chunks(ofJob: job, of: jobs),
        next: tiling.chunks(ofJob: context.threads.likelyNext(after: job, of: jobs), of: jobs),
        indices: indices,
        kernels: context.kernels, pixels: pixels(worker), transformed: transformed(worker),
        products: products(worker)
      ).run()
    }
  }
}

/// How an image is cut into tiles of 4 x 4 pixels, in chunks of whole rows of tiles.
struct WinogradTiling {
  let plan: ChunkPlan
  /// Tiles side by side.
  let across: Int

  init(_ shape: FeatureMap.Shape) {
    plan = ChunkPlan(shape)
    across = (shape.width + 3) / 4
  }

  /// Tiles of the largest chunk.
  var tilesPerChunk: Int { tileRows(plan.rowsPerChunk) * across }

  private func tileRows(_ rows: Int) -> Int { (rows + 3) / 4 }

  func tileRows(ofChunk chunk: Int) -> Int { tileRows(plan.rows(of: chunk).count) }

  /// Tiles of all images in front of a chunk; all chunks of an image but the last are full.
  private func tiles(before chunk: Int) -> Int {
    chunk / plan.chunksPerImage * tileRows(plan.shape.height) * across
      + chunk % plan.chunksPerImage * tilesPerChunk
  }

  /// The chunks of one of some jobs.
  func chunks(ofJob job: Int, of jobs: Int) -> Range<Int> {
    job * plan.count / jobs..<(job + 1) * plan.count / jobs
  }

  /// Tiles of some neighbouring chunks.
  func tiles(_ chunks: Range<Int>) -> Int {
    tiles(before: chunks.upperBound) - tiles(before: chunks.lowerBound)
  }

  /// The source pixels of a chunk's tiles: one more on every side.
  private func patch(ofChunk chunk: Int) -> Patch {
    let rows = plan.rows(of: chunk)
    return Patch(
      rows: rows.lowerBound - 1..<rows.lowerBound + 4 * tileRows(rows.count) + 1,
      columns: -1..<4 * across + 1)
  }

  /// Copies a chunk's source pixels and transforms its tiles.
  ///
  /// - Parameters:
  ///   - pixels: memory for the patch.
  ///   - target: position 0 of the chunk's first tile.
  func transform(
    _ source: Operand, _ chunk: Int, through pixels: UnsafeMutablePointer<Float>,
    to target: UnsafeMutablePointer<Float>, positionStride: Int, tileStride: Int,
    kernels: KernelSet
  ) {
    let patch = patch(ofChunk: chunk)
    let stride = source.shape.pixelStride
    patch.copy(source, image: plan.image(of: chunk), to: pixels, stride: stride, kernels: kernels)
    for row in 0..<tileRows(ofChunk: chunk) {
      kernels.winogradInput(
        pixels + row * 4 * patch.width * stride, patch.width * stride, stride, across, stride,
        target + row * across * tileStride, positionStride, tileStride)
    }
  }

  /// Pixels of the largest patch.
  var patchPixels: Int { (4 * tileRows(plan.rowsPerChunk) + 2) * (4 * across + 2) }
}

/// Floats of a transformed tile, and how many tiles one job takes.
private struct TileSizes {
  let sourceStride, targetStride: Int

  init(_ depth: Int, _ columns: Int) {
    sourceStride = spreadStride(channels: depth)
    targetStride = roundedUp(columns, to: 16)
  }

  var tilesPerJob: Int {
    max(
      BlockSizes.winogradFewestTiles,
      BlockSizes.winogradTileBytes / (36 * 4 * (sourceStride + targetStride)))
  }
}

/// Brings panels of weights to the 36 positions: [position][panel][depth][panel width].
struct WeightTransform {
  let depth, columns: Int
  /// Whether the window is turned by 180 degrees, as backward-data needs it.
  let reversed: Bool

  /// Floats from one position to the next.
  static func positionStride(depth: Int, columns: Int) -> Int {
    spreadPositions(depth * roundedUp(columns, to: 16))
  }

  private var stride: Int { Self.positionStride(depth: depth, columns: columns) }

  /// Floats of all positions.
  var size: Int { 36 * stride }

  /// Transforms panels of 9 taps by all threads.
  func apply(
    _ weights: UnsafePointer<Float>, to memory: UnsafeMutablePointer<Float>,
    in context: EngineContext
  ) {
    let kernels = context.kernels
    let panels = kernels.panels(columns: columns)
    // A panel is cut so that even one panel feeds every thread.
    let pieces = min(depth, 4)
    context.threads.forEach(panels.count * pieces) { job in
      let (panel, piece) = (panels[job / pieces], job % pieces)
      let width = panel.count
      let start = panel.start * depth
      let rows = piece * depth / pieces..<(piece + 1) * depth / pieces
      kernels.winogradWeights(
        weights + 9 * start + rows.lowerBound * width, depth * width, reversed,
        rows.count * width, memory + start + rows.lowerBound * width, stride)
    }
  }
}

/// The tiles of some neighbouring chunks.
private struct WinogradJob {
  let product: PanelProduct
  let tiling: WinogradTiling
  let sizes: TileSizes
  let chunks: Range<Int>
  /// What this thread is likely to take afterwards.
  let next: Range<Int>
  let indices: UnsafePointer<Int32>
  let kernels: KernelSet
  let pixels, transformed, products: UnsafeMutablePointer<Float>

  func run() {
    let tiles = tiling.tiles(chunks)
    let sourcePositions = spreadPositions(tiles * sizes.sourceStride)
    let targetPositions = spreadPositions(tiles * sizes.targetStride)
    let weightPositions = WeightTransform.positionStride(
      depth: product.depth, columns: product.columns)
    for chunk in chunks {
      tiling.transform(
        product.source, chunk, through: pixels,
        to: transformed + firstTile(chunk) * sizes.sourceStride, positionStride: sourcePositions,
        tileStride: sizes.sourceStride, kernels: kernels)
    }
    var ahead = ReadAhead(
      product.source.memory(behind: tiling.plan.pixels(ofChunks: next)),
      calls: 36 * product.panels.count)
    for position in 0..<36 {
      multiply(
        transformed + position * sourcePositions,
        product.weights + position * weightPositions,
        products + position * targetPositions, tiles: tiles, &ahead)
    }
    for chunk in chunks {
      finish(chunk, products + firstTile(chunk) * sizes.targetStride, targetPositions)
      product.observer?.take(
        chunk, of: product.target, floats: 0..<product.target.shape.pixelStride)
    }
  }

  private func firstTile(_ chunk: Int) -> Int { tiling.tiles(chunks.lowerBound..<chunk) }

  private func multiply(
    _ source: UnsafePointer<Float>, _ weights: UnsafePointer<Float>,
    _ target: UnsafeMutablePointer<Float>, tiles: Int, _ ahead: inout ReadAhead
  ) {
    for panel in product.panels {
      let wanted = ahead.next()
      kernels.multiplyGathered(
        source, sizes.sourceStride, indices, indices, indices, 1, product.depth,
        weights + panel.start * product.depth, panel.count / kernels.lanes, nil, nil, 0,
        target + panel.start, sizes.targetStride, indices, tiles, wanted.start, wanted.floats)
    }
  }

  private func finish(_ chunk: Int, _ place: UnsafePointer<Float>, _ positionStride: Int) {
    let shape = product.target.shape
    let rows = tiling.plan.rows(of: chunk)
    let first = tiling.plan.pixels(of: chunk).start * shape.pixelStride
    for row in 0..<tiling.tileRows(ofChunk: chunk) {
      kernels.winogradOutput(
        place + row * tiling.across * sizes.targetStride, positionStride, sizes.targetStride,
        tiling.across, shape.pixelStride, product.normalization.scale(from: 0),
        product.normalization.shift(from: 0), product.normalization.activation,
        min(4, rows.count - 4 * row), shape.width,
        product.target.elements + first + row * 4 * shape.width * shape.pixelStride,
        shape.width * shape.pixelStride, shape.pixelStride)
    }
  }
}
