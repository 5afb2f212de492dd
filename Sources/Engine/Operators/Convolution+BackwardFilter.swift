// The filter's gradient as a sum of outer products over pixels. Where the filter is small beside the maps, threads share
// the pixels, in strips. Otherwise they share the filter: a portion of the images is first copied, applied and cut into
// tiles by all threads together; then each sums it up for its own part of the filter.
extension Convolution {
  func directBackwardFilter(
    _ input: Operand, _ gradient: GradientOperand, _ filter: FilterView,
    _ gradients: ParameterGradients, in context: EngineContext
  ) {
    let kernels = context.kernels
    let layout = layout(channels: filter.inputs.count, reversed: false)
    let sums = FilterSums(filter, layout, kernels)
    let plan = runPlan(for: input.shape, gradient.shape.pixelStride, layout)
    let cut = SegmentLayout(plan, layout, input.shape, gradient.shape, kernels)
    let copies = Copies(input: input, gradient: gradient, cut: cut, kernels: kernels)
    let images = input.shape.images / gradients.shards
    if let strips = FilterStrips(
      parts: images * plan.pieces.count, pixels: gradient.shape.pixels / gradients.shards,
      size: sums.size, shards: gradients.shards)
    {
      sumStrips(strips, plan, copies, sums, filter, gradients, in: context)
    } else {
      sumPortions(
        Portions(plan, cut, images: images), copies, sums, filter, gradients, in: context)
    }
  }

  private func sumStrips(
    _ strips: FilterStrips, _ plan: RunPlan, _ copies: Copies, _ sums: FilterSums,
    _ filter: FilterView, _ gradients: ParameterGradients, in context: EngineContext
  ) {
    let kernels = context.kernels
    let cut = copies.cut
    let pixels = context.workerScratch(.workerPixels, cut.sourceSize)
    let columns = context.workerScratch(.workerGradients, cut.gradientSize)
    let rows = context.workerScratch(.workerTiles, cut.rowSize)
    let wholeFilter = FilterJob.wholeFilter(sums, kernels)
    let totals = strips.sum(
      used: strips.size, tile: kernels.outerRows * sums.ofTap.columns, in: context
    ) { strip, worker, memory in
      let parts = strips.parts(ofStrip: strip)
      for part in parts {
        let segment = Segment(part, of: plan, place: 0)
        copies.makePixels(segment, pixels(worker), row: rows(worker))
        let product = OuterProduct(
          segments: [segment], pixels: pixels(worker),
          columns: copies.columns(segment, orCopiedTo: columns(worker)), cut: cut, sums: sums,
          memory: memory, isFirst: part == parts.lowerBound, kernels: kernels)
        for job in wholeFilter { product.run(job) }
      }
    }
    for (shard, total) in totals.enumerated() {
      sums.scatter(total, of: filter, to: gradients, shard: shard, in: context)
    }
  }

  private func sumPortions(
    _ portions: Portions, _ copies: Copies, _ sums: FilterSums, _ filter: FilterView,
    _ gradients: ParameterGradients, in context: EngineContext
  ) {
    let kernels = context.kernels
    let cut = copies.cut
    let pixels = context.scratch(.pixels, portions.count(of: cut.sourceSize) + 64)
    let columns = context.scratch(.gradients, portions.count(of: cut.gradientSize))
    let rows = context.workerScratch(.workerTiles, cut.rowSize)
    let memory = context.scratch(.filterSums, sums.size)
    let jobs = FilterJobs(sums, kernels, threads: context.threads.count)
    for shard in 0..<gradients.shards {
      for portion in 0..<portions.count {
        let segments = portions[portion, firstImage: shard * portions.images]
        context.threads.forEachWithWorker(segments.count) { index, worker in
          copies.makePixels(segments[index], pixels, row: rows(worker))
          copies.makeColumns(segments[index], columns)
        }
        context.threads.forEach(jobs.count) { index in
          OuterProduct(
            segments: segments, pixels: pixels, columns: columns, cut: cut, sums: sums,
            memory: memory, isFirst: portion == 0, kernels: kernels
          ).run(jobs[index])
        }
      }
      sums.scatter(memory, of: filter, to: gradients, shard: shard, in: context)
    }
  }

  private func runPlan(
    for input: FeatureMap.Shape, _ gradientStride: Int, _ layout: PatchLayout
  ) -> RunPlan {
    let width = SlidingWindow.outputSize(input.width, stride)
    let height = SlidingWindow.outputSize(input.height, stride)
    let rows = max(1, BlockSizes.outerGradientBytes / (width * min(gradientStride, 48) * 4))
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

/// The dense sums of one shard's filter gradient, tap by tap, padded to whole tiles.
///
/// With a border a whole row of the window counts as one tap, with as many times the rows.
private struct FilterSums {
  let taps: Int
  let ofTap: OuterSums
  private let inputs, tapsInRow: Int

  init(_ filter: FilterView, _ layout: PatchLayout, _ kernels: KernelSet) {
    inputs = filter.inputs.count
    tapsInRow = layout == .bordered ? filter.kernel : 1
    taps = filter.taps / tapsInRow
    ofTap = OuterSums(inputs: inputs * tapsInRow, outputs: filter.outputs.count, kernels)
  }

  var size: Int { taps * ofTap.size }

  func place(_ tap: Int, row: Int, of columns: ChannelSpan) -> Int {
    tap * ofTap.size + ofTap.place(row: row, of: columns)
  }

  /// Writes the sums to a shard's gradient of the full filter.
  func scatter(
    _ dense: UnsafePointer<Float>, of filter: FilterView, to gradients: ParameterGradients,
    shard: Int, in context: EngineContext
  ) {
    filter.scatter(to: gradients, shard: shard, in: context) { tap, input, memory in
      ofTap.row(
        tap % tapsInRow * inputs + input, of: dense + tap / tapsInRow * ofTap.size,
        orCopiedTo: memory)
    }
  }
}

/// A piece of an image, and which place of the memory for copies it has.
private struct Segment {
  let image: Int
  let piece: RunPlan.Piece
  let place: Int

  /// - Parameter part: which piece, counted over all images.
  init(_ part: Int, of plan: RunPlan, place: Int) {
    let (image, piece) = part.quotientAndRemainder(dividingBy: plan.pieces.count)
    self.image = image
    self.piece = plan.pieces[piece]
    self.place = place
  }
}

/// How the pixels of a segment are laid out, so that each tile of the filter reads neighbouring floats: source
/// pixels as [row tile][pixel][rows of a tile], gradients as [column tile][pixel][columns of a tile].
///
/// Where pixels have few channels, source pixels stay whole: a tile is then some floats of a row of the window.
private struct SegmentLayout {
  let isCut: Bool
  let sourceStride, tileStride, step: Int
  let columnTiles: [ChannelSpan]
  /// Floats of a segment, and of a row of source pixels on its way.
  let sourceSize, gradientSize, rowSize: Int
  private let tiles, gradientPixels: Int

  init(
    _ plan: RunPlan, _ layout: PatchLayout, _ input: FeatureMap.Shape,
    _ gradient: FeatureMap.Shape, _ kernels: KernelSet
  ) {
    isCut = layout != .bordered
    sourceStride = isCut ? kernels.outerRows : input.channels
    tiles = roundedUp(input.channels, to: kernels.outerRows) / kernels.outerRows
    // A line more, or tiles of as many pixels as a power of two would share cache sets.
    tileStride = isCut ? roundedUp(plan.patchPixels * sourceStride, to: 16) + 16 : kernels.outerRows
    step = plan.step * sourceStride
    sourceSize =
      isCut ? tiles * tileStride : roundedUp(plan.patchPixels * sourceStride, to: 16) + 16
    columnTiles = kernels.outerTiles(floats: gradient.pixelStride)
    gradientPixels = plan.gradientPixels
    gradientSize = gradientPixels * gradient.pixelStride
    rowSize = input.width * input.pixelStride
  }

  /// Where a column tile starts in a segment.
  func start(of columns: ChannelSpan) -> Int { columns.start * gradientPixels }

  func copy(
    _ map: FeatureMap, _ segment: Segment, to target: UnsafeMutablePointer<Float>,
    kernels: KernelSet
  ) {
    let row = map.shape.pixelStride
    let rows = segment.piece.rows
    let first = (segment.image * map.shape.height + rows.lowerBound) * map.shape.width
    for columns in columnTiles {
      kernels.copyPixels(
        map.elements + first * row + columns.start, rows.count * map.shape.width, row,
        columns.count, target + start(of: columns), columns.count)
    }
  }

  func copy(
    _ operand: Operand, _ segment: Segment, to target: UnsafeMutablePointer<Float>,
    _ line: UnsafeMutablePointer<Float>, kernels: KernelSet
  ) {
    let patch = segment.piece.patch
    guard isCut else {
      return patch.copy(
        operand, image: segment.image, to: target, stride: sourceStride, kernels: kernels)
    }
    let row = operand.shape.pixelStride
    for index in 0..<patch.height {
      operand.copy(
        PixelRun(
          image: segment.image,
          first: (patch.rows.lowerBound + index * patch.step) * operand.shape.width,
          count: patch.width, step: patch.step), floats: 0..<row, to: line, stride: row,
        kernels: kernels)
      kernels.cutRows(
        line, patch.width, row, tiles, target + index * patch.width * sourceStride, tileStride)
    }
  }
}

/// Copies segments of both maps, applied, to where tiles read them.
private struct Copies {
  let input: Operand
  let gradient: GradientOperand
  let cut: SegmentLayout
  let kernels: KernelSet

  /// - Parameters:
  ///   - pixels: memory of segments, by their places.
  ///   - row: memory for a row of source pixels.
  func makePixels(
    _ segment: Segment, _ pixels: UnsafeMutablePointer<Float>, row: UnsafeMutablePointer<Float>
  ) {
    cut.copy(
      input, segment, to: pixels + segment.place * cut.sourceSize, row, kernels: kernels)
  }

  /// - Parameter columns: memory of segments, by their places.
  func makeColumns(_ segment: Segment, _ columns: UnsafeMutablePointer<Float>) {
    gradient.resolve(image: segment.image, rows: segment.piece.rows, kernels: kernels)
    cut.copy(
      gradient.map, segment, to: columns + segment.place * cut.gradientSize, kernels: kernels)
  }

  /// The gradients of a segment of place 0: in the map itself, where one tile has all its columns.
  func columns(
    _ segment: Segment, orCopiedTo memory: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    guard cut.columnTiles.count == 1 else {
      makeColumns(segment, memory)
      return UnsafePointer(memory)
    }
    gradient.resolve(image: segment.image, rows: segment.piece.rows, kernels: kernels)
    let shape = gradient.shape
    return UnsafePointer(
      gradient.map.elements
        + shape.pixel(segment.piece.rows.lowerBound * shape.width, ofImage: segment.image))
  }
}

/// The images of a shard in portions whose pixels stay in cache while the whole filter is swept.
private struct Portions {
  private let plan: RunPlan
  let images: Int
  private let piecesPerPortion: Int

  init(_ plan: RunPlan, _ cut: SegmentLayout, images: Int) {
    self.plan = plan
    self.images = images
    let pieceBytes = (cut.sourceSize + cut.gradientSize) * 4
    piecesPerPortion = max(4, BlockSizes.outerPortionBytes / pieceBytes)
  }

  private var pieces: Int { images * plan.pieces.count }
  var count: Int { (pieces + piecesPerPortion - 1) / piecesPerPortion }
  /// Floats of a portion whose segments have `size` floats each.
  func count(of size: Int) -> Int { size * min(pieces, piecesPerPortion) }

  subscript(portion: Int, firstImage firstImage: Int) -> [Segment] {
    let first = portion * piecesPerPortion
    return (first..<min(first + piecesPerPortion, pieces)).map { index in
      Segment(firstImage * plan.pieces.count + index, of: plan, place: index - first)
    }
  }
}

/// A part of the filter's gradient: some taps, some tiles of rows, one tile of columns.
private struct FilterJob {
  let taps, rowTiles: Range<Int>
  let columns: ChannelSpan

  /// The jobs of a thread that has the whole filter.
  static func wholeFilter(_ sums: FilterSums, _ kernels: KernelSet) -> [FilterJob] {
    sums.ofTap.columnTiles.map {
      FilterJob(
        taps: 0..<sums.taps, rowTiles: 0..<sums.ofTap.rows / kernels.outerRows, columns: $0)
    }
  }
}

/// Cuts the filter's gradient into jobs.
///
/// A job sweeps all taps of its rows while a block of pixels is in cache; rows, then taps, are split only to
/// feed every thread. Every element is summed inside one job, so the cut does not show in the bits.
private struct FilterJobs {
  private let sums: FilterSums
  private let rowTiles, rowGroups, tapGroups: Int

  init(_ sums: FilterSums, _ kernels: KernelSet, threads: Int) {
    self.sums = sums
    rowTiles = sums.ofTap.rows / kernels.outerRows
    // Many small jobs: with few, one thread waits for the other's last.
    let columnTiles = sums.ofTap.columnTiles.count
    let wanted = (16 * threads + columnTiles - 1) / columnTiles
    rowGroups = min(rowTiles, wanted)
    tapGroups = min(sums.taps, (wanted + rowGroups - 1) / rowGroups)
  }

  var count: Int { sums.ofTap.columnTiles.count * rowGroups * tapGroups }

  subscript(index: Int) -> FilterJob {
    let (rowGroup, tapGroup) = (index % rowGroups, index / rowGroups % tapGroups)
    return FilterJob(
      taps: share(tapGroup, tapGroups, of: sums.taps),
      rowTiles: share(rowGroup, rowGroups, of: rowTiles),
      columns: sums.ofTap.columnTiles[index / rowGroups / tapGroups])
  }

  private func share(_ part: Int, _ parts: Int, of count: Int) -> Range<Int> {
    part * count / parts..<(part + 1) * count / parts
  }
}

/// The sum over a portion's pixels of input times gradient.
private struct OuterProduct {
  let segments: [Segment]
  let pixels, columns: UnsafePointer<Float>
  let cut: SegmentLayout
  let sums: FilterSums
  let memory: UnsafeMutablePointer<Float>
  let isFirst: Bool
  let kernels: KernelSet

  /// Adds a job's part, piece by piece and block by block.
  func run(_ job: FilterJob) {
    if isFirst { clear(job) }
    let width = job.columns.count
    for segment in segments {
      let x = pixels + segment.place * cut.sourceSize
      let g = columns + segment.place * cut.gradientSize + cut.start(of: job.columns)
      for block in segment.piece.blocks {
        for tap in job.taps where block[tap].count > 0 {
          for tile in job.rowTiles {
            kernels.accumulateOuterProducts(
              x + tile * cut.tileStride, cut.sourceStride, cut.step, g, width, width,
              block[tap].triples, block[tap].count, width / kernels.lanes,
              memory + sums.place(tap, row: tile * kernels.outerRows, of: job.columns), true, x, 0)
          }
        }
      }
    }
  }

  private func clear(_ job: FilterJob) {
    let rows = kernels.outerRows
    for tap in job.taps {
      let first = sums.place(tap, row: job.rowTiles.lowerBound * rows, of: job.columns)
      (memory + first).update(repeating: 0, count: job.rowTiles.count * rows * job.columns.count)
    }
  }
}
