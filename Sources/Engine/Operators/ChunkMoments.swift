/// Cuts every image into runs of rows, small enough to stay in cache: the unit in which statistics are taken.
///
/// The cut depends on an image's size alone, so statistics have the same bits whichever operator takes them,
/// in whatever order, and however many shards share a batch.
struct ChunkPlan {
  let shape: FeatureMap.Shape
  let rowsPerChunk, chunksPerImage: Int

  init(_ shape: FeatureMap.Shape) {
    self.shape = shape
    let rows = max(4, BlockSizes.chunkPixels / shape.width / 4 * 4)
    rowsPerChunk = min(shape.height, rows)
    chunksPerImage = (shape.height + rowsPerChunk - 1) / rowsPerChunk
  }

  var count: Int { shape.images * chunksPerImage }

  func image(of chunk: Int) -> Int { chunk / chunksPerImage }

  func rows(of chunk: Int) -> Range<Int> {
    let first = chunk % chunksPerImage * rowsPerChunk
    return first..<min(first + rowsPerChunk, shape.height)
  }

  /// The first pixel of a chunk, counted over all images, and how many it has.
  func pixels(of chunk: Int) -> (start: Int, count: Int) {
    let rows = rows(of: chunk)
    return (
      (image(of: chunk) * shape.height + rows.lowerBound) * shape.width, rows.count * shape.width
    )
  }

  /// All pixels of neighbouring chunks.
  func pixels(ofChunks chunks: Range<Int>) -> PixelRun {
    let (first, last) = (pixels(of: chunks.lowerBound), pixels(of: chunks.upperBound - 1))
    let image = image(of: chunks.lowerBound)
    return PixelRun(
      image: image, first: first.start - image * shape.imagePixels,
      count: last.start + last.count - first.start)
  }

  func chunks(ofShard shard: Int, of shards: Int) -> Range<Int> {
    let perShard = count / shards
    return shard * perShard..<(shard + 1) * perShard
  }
}

/// Does something with the chunks of a map while whoever writes the map has them in cache.
///
/// Mostly sums them up. It may write the map itself: its writer shows a chunk when it is through with it.
protocol ChunkObserver: Sendable {
  var plan: ChunkPlan { get }
  /// Whether it reads another map, from memory, in the same places.
  var readsAnotherMap: Bool { get }
  /// Whether it writes the map itself, from pixels that need not lie there.
  var writesMap: Bool { get }
  /// Sees some floats of a chunk's pixels; all floats of all chunks once.
  ///
  /// - Parameters:
  ///   - pixels: those floats of the first pixel.
  ///   - stride: floats from there to those of the next.
  func take(_ chunk: Int, _ pixels: UnsafePointer<Float>, stride: Int, floats: Range<Int>)
}

extension ChunkObserver {
  var readsAnotherMap: Bool { false }
  var writesMap: Bool { false }

  /// Sees them in the map.
  func take(_ chunk: Int, of map: FeatureMap, floats: Range<Int>) {
    let row = map.shape.pixelStride
    let first = plan.pixels(of: chunk).start * row + floats.lowerBound
    take(chunk, map.elements + first, stride: row, floats: floats)
  }
}

/// The moments of a map's chunks.
struct ChunkMoments: ChunkObserver, @unchecked Sendable {
  let plan: ChunkPlan
  private let row: Int
  private let partial: UnsafeMutablePointer<Float>
  private let kernels: KernelSet

  init(_ shape: FeatureMap.Shape, in context: EngineContext) {
    plan = ChunkPlan(shape)
    row = shape.pixelStride
    partial = context.scratch(.chunks, plan.count * 2 * row)
    kernels = context.kernels
  }

  func take(_ chunk: Int, _ pixels: UnsafePointer<Float>, stride: Int, floats: Range<Int>) {
    let mean = partial + chunk * 2 * row + floats.lowerBound
    kernels.chunkMoments(
      pixels, plan.pixels(of: chunk).count, stride, floats.count, mean, mean + row)
  }

  /// Joins the chunks of every shard in their order, in double precision.
  func statistics(shards: Int, in context: EngineContext) -> [ChannelStatistics] {
    let shape = plan.shape
    precondition(shape.images % shards == 0, "every shard has as many images")
    var joined = [Double](repeating: 0, count: shards * 2 * row)
    joined.withUnsafeMutableBufferPointer { memory in
      guard let start = memory.baseAddress else { return }
      let groups = row / 16
      nonisolated(unsafe) let moments = start
      context.threads.forEach(shards * groups) { job in
        let (shard, first) = (job / groups, job % groups * 16)
        let place = moments + shard * 2 * row + first
        join(plan.chunks(ofShard: shard, of: shards), first, shards, place, place + row)
      }
    }
    return (0..<shards).map { shard in
      let mean = shard * 2 * row
      return ChannelStatistics(
        mean: Array(joined[mean..<mean + shape.channels]),
        variance: Array(joined[mean + row..<mean + row + shape.channels]))
    }
  }

  /// Joins 16 neighbouring channels.
  private func join(
    _ chunks: Range<Int>, _ first: Int, _ shards: Int, _ mean: UnsafeMutablePointer<Double>,
    _ variance: UnsafeMutablePointer<Double>
  ) {
    let pixels = Double(plan.shape.pixels / shards)
    for chunk in chunks {
      let share = Double(plan.pixels(of: chunk).count) / pixels
      let means = partial + chunk * 2 * row + first
      for lane in 0..<16 { mean[lane] += share * Double(means[lane]) }
    }
    for chunk in chunks {
      let share = Double(plan.pixels(of: chunk).count) / pixels
      let means = partial + chunk * 2 * row + first
      let squares = means + row
      for lane in 0..<16 {
        let offset = Double(means[lane]) - mean[lane]
        variance[lane] += Double(squares[lane]) / pixels + share * offset * offset
      }
    }
  }
}
