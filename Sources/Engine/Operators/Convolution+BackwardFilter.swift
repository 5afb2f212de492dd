extension Convolution {
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
    precondition(
      outputGradient.shape == outputShape(for: input.shape, channels: filter.outputs.count)
        && input.shape.channels == filter.inputs.count, "feature maps and filter agree")
    let kernels = context.kernels
    let shape = FilterSums(filter, kernels)
    let sums = context.scratch(.filterSums, shards * shape.size)
    let jobs = FilterJobs(shape, filter, shards: shards, kernels, threads: context.threads.count)
    let product = OuterProduct(
      input: input, gradient: outputGradient, stride: stride,
      plan: runPlan(for: input.shape, gradientStride: outputGradient.shape.pixelStride),
      shape: shape, kernels: kernels)
    let images = input.shape.images / shards
    context.threads.forEach(jobs.count) { index in
      let job = jobs[index]
      product.run(
        job, images: job.shard * images..<(job.shard + 1) * images,
        sums: sums + job.shard * shape.size)
    }
    context.threads.forEach(shards * filter.taps) { job in
      let (shard, tap) = (job / filter.taps, job % filter.taps)
      filter.scatterAdd(
        sums + shard * shape.size, tap: tap, rows: shape.rows, columns: shape.columns,
        to: gradients[shard], kernels: kernels)
    }
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
private struct FilterSums {
  let rows, columns, size: Int

  init(_ filter: FilterView, _ kernels: KernelSet) {
    rows = roundedUp(filter.inputs.count, to: kernels.outerRows)
    columns = roundedUp(filter.outputs.count, to: 16)
    size = filter.taps * rows * columns
  }
}

/// A part of one shard's filter gradient: some taps, some tiles of rows, one tile of columns.
private struct FilterJob {
  let shard: Int
  let taps, rowTiles: Range<Int>
  let columns: ChannelSpan
}

/// Cuts all shards' filter gradients into jobs.
///
/// A job sweeps all taps of its rows while a block of pixels is in cache; rows, then taps, are split only to
/// feed every thread. Every element is summed inside one job, so the cut does not show in the bits.
private struct FilterJobs {
  private let columnTiles: [ChannelSpan]
  private let rowTiles, taps, rowGroups, tapGroups: Int
  let count: Int

  init(_ sums: FilterSums, _ filter: FilterView, shards: Int, _ kernels: KernelSet, threads: Int) {
    columnTiles = Self.tiles(vectors: sums.columns / kernels.lanes, kernels)
    rowTiles = sums.rows / kernels.outerRows
    taps = filter.taps
    let whole = shards * columnTiles.count
    let wanted = (8 * threads + whole - 1) / whole
    rowGroups = min(rowTiles, wanted)
    tapGroups = min(taps, (wanted + rowGroups - 1) / rowGroups)
    count = whole * rowGroups * tapGroups
  }

  subscript(index: Int) -> FilterJob {
    let (rowGroup, tapGroup) = (index % rowGroups, index / rowGroups % tapGroups)
    let whole = index / rowGroups / tapGroups
    return FilterJob(
      shard: whole / columnTiles.count, taps: share(tapGroup, tapGroups, of: taps),
      rowTiles: share(rowGroup, rowGroups, of: rowTiles),
      columns: columnTiles[whole % columnTiles.count])
  }

  private func share(_ part: Int, _ parts: Int, of count: Int) -> Range<Int> {
    part * count / parts..<(part + 1) * count / parts
  }

  /// Tiles of at most three vectors, never one alone where two and two do.
  private static func tiles(vectors: Int, _ kernels: KernelSet) -> [ChannelSpan] {
    var tiles: [ChannelSpan] = []
    var start = 0
    while start < vectors {
      let left = vectors - start
      let count = left == 4 ? 2 : min(kernels.outerVectors, left)
      tiles.append(ChannelSpan(start: start * kernels.lanes, count: count * kernels.lanes))
      start += count
    }
    return tiles
  }
}

/// The sum over pixels of input times gradient.
private struct OuterProduct {
  let input, gradient: FeatureMap
  let stride: Int
  let plan: RunPlan
  let shape: FilterSums
  let kernels: KernelSet

  /// Fills a job's part of `sums`, image by image and block by block.
  func run(_ job: FilterJob, images: Range<Int>, sums: UnsafeMutablePointer<Float>) {
    clear(job, sums)
    let (inputStride, gradientStride) = (input.shape.pixelStride, gradient.shape.pixelStride)
    for image in images {
      let x = input.elements + image * input.shape.imagePixels * inputStride
      let g =
        gradient.elements + image * gradient.shape.imagePixels * gradientStride + job.columns.start
      for block in plan.runs {
        for tap in job.taps where block[tap].count > 0 {
          for tile in job.rowTiles {
            kernels.accumulateOuterProducts(
              x + tile * kernels.outerRows, inputStride, stride * inputStride, g, gradientStride,
              gradientStride, block[tap].triples, block[tap].count,
              job.columns.count / kernels.lanes,
              sums + place(tap, row: tile * kernels.outerRows) + job.columns.start, shape.columns)
          }
        }
      }
    }
  }

  private func clear(_ job: FilterJob, _ sums: UnsafeMutablePointer<Float>) {
    let first = job.rowTiles.lowerBound * kernels.outerRows
    for tap in job.taps {
      for row in first..<job.rowTiles.upperBound * kernels.outerRows {
        (sums + place(tap, row: row) + job.columns.start).update(
          repeating: 0, count: job.columns.count)
      }
    }
  }

  private func place(_ tap: Int, row: Int) -> Int { (tap * shape.rows + row) * shape.columns }
}
