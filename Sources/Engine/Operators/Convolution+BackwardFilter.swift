// The filter's gradient as a sum of outer products over pixels. A portion of the images is first copied, applied,
// by all threads together; then each thread sums it up for its own part of the filter.
extension Convolution {
  /// A block's gradients, three vectors wide, should stay in the first-level cache.
  private static let runBytes = 20 << 10

  func directBackwardFilter(
    _ input: Operand, _ gradient: GradientOperand, _ filter: FilterView,
    _ gradients: [UnsafeMutablePointer<Float>], in context: EngineContext
  ) {
    let kernels = context.kernels
    let layout = layout(channels: filter.inputs.count, reversed: false)
    let sums = FilterSums(filter, layout, kernels)
    let plan = runPlan(for: input.shape, gradient.shape.pixelStride, layout)
    let stride =
      layout == .bordered ? filter.inputs.count : spreadStride(channels: filter.inputs.count)
    let portions = Portions(plan, images: input.shape.images / gradients.count, stride: stride)
    let pixels = context.scratch(.pixels, portions.size + 64)
    let memory = context.scratch(.filterSums, sums.size)
    let jobs = FilterJobs(sums, kernels, threads: context.threads.count)
    for shard in gradients.indices {
      for portion in 0..<portions.count {
        let segments = portions[portion, firstImage: shard * portions.images]
        context.threads.forEach(segments.count) { index in
          let segment = segments[index]
          gradient.resolve(image: segment.image, rows: segment.piece.rows, kernels: kernels)
          segment.piece.patch.copy(
            input, image: segment.image, to: pixels + segment.place, stride: stride,
            kernels: kernels)
        }
        context.threads.forEach(jobs.count) { index in
          OuterProduct(
            segments: segments, pixels: pixels, pixelStride: stride,
            step: plan.step * stride, gradient: gradient.map, sums: sums, memory: memory,
            isFirst: portion == 0, kernels: kernels
          ).run(jobs[index])
        }
      }
      context.threads.forEach(filter.taps) { tap in
        filter.scatterAdd(
          memory + sums.place(ofTap: tap), tap: tap, columns: sums.columns, to: gradients[shard],
          kernels: kernels)
      }
    }
  }

  private func runPlan(
    for input: FeatureMap.Shape, _ gradientStride: Int, _ layout: PatchLayout
  ) -> RunPlan {
    let width = SlidingWindow.outputSize(input.width, stride)
    let height = SlidingWindow.outputSize(input.height, stride)
    let rows = max(1, Self.runBytes / (width * min(gradientStride, 48) * 4))
    let key = RunKey(
      height: input.height, width: input.width, rowsPerBlock: min(height, rows), layout: layout)
    if let plan = runPlans[key] { return plan }
    let plan = RunPlan(
      .forward(height: input.height, width: input.width, kernel: kernel, stride: stride),
      rowsPerBlock: key.rowsPerBlock, layout: layout)
    runPlans[key] = plan
    return plan
  }
}

/// The dense sums of one shard's filter gradient: [taps][rows][columns], padded to whole tiles.
///
/// With a border a whole row of the window counts as one tap, with as many times the rows.
private struct FilterSums {
  let taps, rows, columns, size: Int
  private let inputs, tapsInRow: Int

  init(_ filter: FilterView, _ layout: PatchLayout, _ kernels: KernelSet) {
    inputs = filter.inputs.count
    tapsInRow = layout == .bordered ? filter.kernel : 1
    taps = filter.taps / tapsInRow
    rows = roundedUp(inputs * tapsInRow, to: kernels.outerRows)
    columns = roundedUp(filter.outputs.count, to: 16)
    size = taps * rows * columns
  }

  func place(_ tap: Int, row: Int) -> Int { (tap * rows + row) * columns }

  /// Where the sums of one tap of the window start.
  func place(ofTap tap: Int) -> Int { place(tap / tapsInRow, row: tap % tapsInRow * inputs) }
}

/// The images of a shard in portions whose pixels stay in cache while the whole filter is swept.
private struct Portions {
  /// A piece of an image and where its pixels are copied to.
  struct Segment {
    let image: Int
    let piece: RunPlan.Piece
    let place: Int
  }

  private let plan: RunPlan
  let images: Int
  private let pieceSize, piecesPerPortion: Int

  private static let portionBytes = 512 << 10

  init(_ plan: RunPlan, images: Int, stride: Int) {
    self.plan = plan
    self.images = images
    pieceSize = roundedUp(plan.patchPixels * stride, to: 16) + 16
    piecesPerPortion = max(4, Self.portionBytes / (pieceSize * 4))
  }

  private var pieces: Int { images * plan.pieces.count }
  var count: Int { (pieces + piecesPerPortion - 1) / piecesPerPortion }
  /// Floats of a portion's pixels.
  var size: Int { pieceSize * min(pieces, piecesPerPortion) }

  subscript(portion: Int, firstImage firstImage: Int) -> [Segment] {
    let first = portion * piecesPerPortion
    return (first..<min(first + piecesPerPortion, pieces)).map { index in
      Segment(
        image: firstImage + index / plan.pieces.count,
        piece: plan.pieces[index % plan.pieces.count],
        place: (index - first) * pieceSize)
    }
  }
}

/// A part of the filter's gradient: some taps, some tiles of rows, one tile of columns.
private struct FilterJob {
  let taps, rowTiles: Range<Int>
  let columns: ChannelSpan
}

/// Cuts the filter's gradient into jobs.
///
/// A job sweeps all taps of its rows while a block of pixels is in cache; rows, then taps, are split only to
/// feed every thread. Every element is summed inside one job, so the cut does not show in the bits.
private struct FilterJobs {
  private let columnTiles: [ChannelSpan]
  private let rowTiles, taps, rowGroups, tapGroups: Int
  let count: Int

  init(_ sums: FilterSums, _ kernels: KernelSet, threads: Int) {
    columnTiles = outerColumnTiles(floats: sums.columns, kernels)
    rowTiles = sums.rows / kernels.outerRows
    taps = sums.taps
    let wanted = (4 * threads + columnTiles.count - 1) / columnTiles.count
    rowGroups = min(rowTiles, wanted)
    tapGroups = min(taps, (wanted + rowGroups - 1) / rowGroups)
    count = columnTiles.count * rowGroups * tapGroups
  }

  subscript(index: Int) -> FilterJob {
    let (rowGroup, tapGroup) = (index % rowGroups, index / rowGroups % tapGroups)
    return FilterJob(
      taps: share(tapGroup, tapGroups, of: taps),
      rowTiles: share(rowGroup, rowGroups, of: rowTiles),
      columns: columnTiles[index / rowGroups / tapGroups])
  }

  private func share(_ part: Int, _ parts: Int, of count: Int) -> Range<Int> {
    part * count / parts..<(part + 1) * count / parts
  }
}

/// Tiles of at most three vectors, never one alone where two and two do.
func outerColumnTiles(floats: Int, _ kernels: KernelSet) -> [ChannelSpan] {
  let vectors = floats / kernels.lanes
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

/// The sum over a portion's pixels of input times gradient.
private struct OuterProduct {
  let segments: [Portions.Segment]
  let pixels: UnsafePointer<Float>
  /// Floats from pixel to pixel of the copies, and from one pixel of a run to the next.
  let pixelStride, step: Int
  let gradient: FeatureMap
  let sums: FilterSums
  let memory: UnsafeMutablePointer<Float>
  let isFirst: Bool
  let kernels: KernelSet

  /// Adds a job's part, piece by piece and block by block.
  func run(_ job: FilterJob) {
    if isFirst { clear(job) }
    let gradientStride = gradient.shape.pixelStride
    for segment in segments {
      let x = pixels + segment.place
      let g =
        gradient.elements + segment.image * gradient.shape.imagePixels * gradientStride
        + job.columns.start
      for block in segment.piece.blocks {
        for tap in job.taps where block[tap].count > 0 {
          for tile in job.rowTiles {
            let row = tile * kernels.outerRows
            kernels.accumulateOuterProducts(
              x + row, pixelStride, step, g, gradientStride, gradientStride, block[tap].triples,
              block[tap].count, job.columns.count / kernels.lanes,
              memory + sums.place(tap, row: row) + job.columns.start, sums.columns, true)
          }
        }
      }
    }
  }

  private func clear(_ job: FilterJob) {
    let first = job.rowTiles.lowerBound * kernels.outerRows
    for tap in job.taps {
      for row in first..<job.rowTiles.upperBound * kernels.outerRows {
        (memory + sums.place(tap, row: row) + job.columns.start).update(
          repeating: 0, count: job.columns.count)
      }
    }
  }
}
