/// How threads share the filter gradient of a shard whose filter is small beside its maps: strips of neighbouring
/// parts, each with a whole gradient of its own, which are added up in order.
///
/// Strips depend on a shard's size alone, so neither threads nor other shards show in the bits.
struct FilterStrips {
  let shards: Int
  /// Strips of a shard.
  let count: Int
  /// Floats of a filter's gradient.
  let size: Int
  private let partsOfShard: Int

  /// None where a shard has too few pixels for its filter.
  ///
  /// - Parameters:
  ///   - parts: of a shard, of which strips are made.
  ///   - pixels: of a shard.
  init?(parts: Int, pixels: Int, size: Int, shards: Int) {
    count = min(
      parts, pixels / BlockSizes.stripPixels, BlockSizes.mostStrips,
      BlockSizes.mostStripSums / size)
    if count < BlockSizes.fewestStrips { return nil }
    partsOfShard = parts
    self.size = size
    self.shards = shards
  }

  /// Strips of all shards.
  var totalCount: Int { shards * count }

  /// The parts of a strip; both are counted over all shards.
  func parts(ofStrip strip: Int) -> Range<Int> {
    let first = strip / count * partsOfShard
    let place = strip % count
    return first + place * partsOfShard / count..<first + (place + 1) * partsOfShard / count
  }

  /// Sums up all strips of all shards, each into memory of its own, and adds every shard's strips up into its first.
  ///
  /// - Parameters:
  ///   - used: of a strip's floats, those that are summed.
  ///   - tile: floats that a thread adds at once.
  ///   - sum: a strip, a worker's number, and where the sum goes.
  /// - Returns: where each shard's gradient is.
  func sum(
    used: Int, tile: Int, in context: EngineContext,
    _ sum: (_ strip: Int, _ worker: Int, _ sums: UnsafeMutablePointer<Float>) -> Void
  ) -> [UnsafeMutablePointer<Float>] {
    let memory = context.scratch(.filterSums, totalCount * size)
    let totals = (0..<shards).map { memory + $0 * count * size }
    context.threads.forEachWithWorker(totalCount) { strip, worker in
      sum(strip, worker, memory + strip * size)
    }
    let kernels = context.kernels
    let tiles = (used + tile - 1) / tile
    context.threads.forEach(shards * tiles) { job in
      let start = job % tiles * tile
      let total = totals[job / tiles] + start
      for strip in 1..<count {
        kernels.addInto(total, total + strip * size, min(tile, used - start))
      }
    }
    return totals
  }
}
