// The filter's gradient of a 3x3 convolution by the adjoint of Winograd's F(4x4, 3x3): source tiles and gradient
// tiles are transformed to 36 positions, summed there as outer products over tiles, and transformed back once.
extension Convolution {
  func winogradBackwardFilter(
    _ input: Operand, _ gradient: GradientOperand, _ filter: FilterView,
    _ gradients: ParameterGradients, in context: EngineContext
  ) {
    let sums = PositionSums(filter, context.kernels)
    let memory = context.scratch(.filterSums, 36 * sums.positionStride)
    let tiling = WinogradTiling(gradient.shape)
    let chunks = tiling.plan.count / gradients.shards
    let sizes = GradientTiles(input.shape, gradient.shape)
    let perPortion = min(chunks, max(1, sizes.tilesPerPortion(sums) / tiling.tilesPerChunk))
    let source = context.scratch(
      .pixels, 36 * spreadPositions(perPortion * tiling.tilesPerChunk * sizes.sourceStride))
    let target = context.scratch(
      .gradients, 36 * spreadPositions(perPortion * tiling.tilesPerChunk * sizes.gradientStride))
    let pixels = context.workerScratch(
      .workerPixels, tiling.patchPixels * input.shape.pixelStride + 16)
    for shard in 0..<gradients.shards {
      for first in Swift.stride(from: 0, to: chunks, by: perPortion) {
        let portion = TilePortion(
          input: input, gradient: gradient, tiling: tiling, sizes: sizes,
          chunks: shard * chunks + first..<shard * chunks + min(first + perPortion, chunks),
          source: source, target: target, kernels: context.kernels)
        context.threads.forEachWithWorker(portion.chunks.count) { index, worker in
          portion.transform(portion.chunks.lowerBound + index, pixels(worker))
        }
        portion.accumulate(
          sums, memory, continuing: first > 0, run: context.tileRun(portion.tiles), in: context)
      }
      sums.scatter(memory, filter, to: gradients, shard: shard, in: context)
    }
  }
}

/// Floats from tile to tile of transformed sources and gradients.
private struct GradientTiles {
  let sourceStride, gradientStride: Int

  init(_ input: FeatureMap.Shape, _ gradient: FeatureMap.Shape) {
    sourceStride = spreadStride(channels: input.channels)
    gradientStride = spreadStride(channels: gradient.channels)
  }

  /// As many tiles as make up for reading and writing all sums once a portion, but no more than a last-level
  /// cache holds.
  func tilesPerPortion(_ sums: PositionSums) -> Int {
    let balanced = 4 * sums.positionStride / (sourceStride + gradientStride)
    let fitting = BlockSizes.winogradPortionBytes / (36 * 4 * (sourceStride + gradientStride))
    return max(32, min(max(balanced, 64), fitting))
  }
}

/// The sums of one shard's filter gradient at the 36 positions.
private struct PositionSums {
  let ofPosition: OuterSums
  /// Floats from one position to the next.
  let positionStride: Int

  init(_ filter: FilterView, _ kernels: KernelSet) {
    ofPosition = OuterSums(
      inputs: filter.inputs.count, outputs: filter.outputs.count, kernels)
    positionStride = spreadPositions(ofPosition.size)
  }

  /// Transforms the sums back and writes them to a shard's gradient of the full filter.
  func scatter(
    _ memory: UnsafePointer<Float>, _ filter: FilterView, to gradients: ParameterGradients,
    shard: Int, in context: EngineContext
  ) {
    let kernels = context.kernels
    let tapStride = ofPosition.columns + 16
    let rowsPerJob = kernels.outerRows
    let memoryOfRows = context.workerScratch(.workerProducts, rowsPerJob * 9 * tapStride)
    let inputs = filter.inputs.channels
    context.threads.forEachWithWorker(ofPosition.rows / rowsPerJob) { job, worker in
      let rows = job * rowsPerJob..<min((job + 1) * rowsPerJob, inputs.count)
      let taps = { row in memoryOfRows(worker) + (row - rows.lowerBound) * 9 * tapStride }
      // All rows of a tile, which lie together, before the next.
      for columns in ofPosition.columnTiles {
        for row in rows {
          kernels.winogradWeightGradient(
            memory + ofPosition.place(row: row, of: columns), positionStride, columns.count,
            taps(row) + columns.start, tapStride)
        }
      }
      for row in rows {
        for tap in 0..<9 {
          gradients.write(
            taps(row) + tap * tapStride, to: filter.outputs,
            at: (tap * filter.fullInputs + inputs[row]) * filter.fullOutputs, ofShard: shard,
            kernels: kernels)
        }
      }
    }
  }
}

/// Some chunks of a shard, transformed by all threads and then summed by all threads.
private struct TilePortion {
  let input: Operand
  let gradient: GradientOperand
  let tiling: WinogradTiling
  let sizes: GradientTiles
  let chunks: Range<Int>
  let source, target: UnsafeMutablePointer<Float>
  let kernels: KernelSet
  let tiles: Int
  private let sourcePositions, targetPositions: Int

  init(
    input: Operand, gradient: GradientOperand, tiling: WinogradTiling, sizes: GradientTiles,
    chunks: Range<Int>, source: UnsafeMutablePointer<Float>, target: UnsafeMutablePointer<Float>,
    kernels: KernelSet
  ) {
    self.input = input
    self.gradient = gradient
    self.tiling = tiling
    self.sizes = sizes
    self.chunks = chunks
    self.source = source
    self.target = target
    self.kernels = kernels
    tiles = tiling.tiles(chunks)
    sourcePositions = spreadPositions(tiles * sizes.sourceStride)
    targetPositions = spreadPositions(tiles * sizes.gradientStride)
  }

  func transform(_ chunk: Int, _ pixels: UnsafeMutablePointer<Float>) {
    let rows = tiling.plan.rows(of: chunk)
    let first = tiling.tiles(chunks.lowerBound..<chunk)
    tiling.transform(
      input, chunk, through: pixels, to: source + first * sizes.sourceStride,
      positionStride: sourcePositions, tileStride: sizes.sourceStride, kernels: kernels)
    gradient.resolve(image: tiling.plan.image(of: chunk), rows: rows, kernels: kernels)
    let shape = gradient.shape
    for row in 0..<tiling.tileRows(ofChunk: chunk) {
      kernels.winogradGradient(
        gradient.map.elements
          + (tiling.plan.pixels(of: chunk).start + row * 4 * shape.width) * shape.pixelStride,
        shape.width * shape.pixelStride, shape.pixelStride, min(4, rows.count - 4 * row),
        shape.width, tiling.across, shape.pixelStride,
        target + (first + row * tiling.across) * sizes.gradientStride, targetPositions,
        sizes.gradientStride)
    }
  }

  /// Sums over the tiles; every element of the sums belongs to one job.
  func accumulate(
    _ sums: PositionSums, _ memory: UnsafeMutablePointer<Float>, continuing: Bool,
    run: UnsafePointer<Int32>, in context: EngineContext
  ) {
    let columnTiles = sums.ofPosition.columnTiles
    context.threads.forEach(36 * columnTiles.count) { job in
      let (position, columns) = (job / columnTiles.count, columnTiles[job % columnTiles.count])
      for row in stride(from: 0, to: sums.ofPosition.rows, by: kernels.outerRows) {
        kernels.accumulateOuterProducts(
          source + position * sourcePositions + row, sizes.sourceStride, sizes.sourceStride,
          target + position * targetPositions + columns.start, sizes.gradientStride,
          sizes.gradientStride, run, 1, columns.count / kernels.lanes,
          memory + position * sums.positionStride + sums.ofPosition.place(row: row, of: columns),
          continuing, source, 0)
      }
    }
  }
}
