/// The training batches of one rank: shuffled, augmented, normalised, and read ahead of need.
///
/// A global batch is cut into equal logical shards, and a rank reads a run of them. Every value depends on
/// (seed, step, place in the global batch) alone, so the batches of all ranks, one after another, are the
/// same for any number of ranks and workers. Used from one thread.
public final class TrainingLoader {
  /// Batches kept in flight beyond the one asked for.
  static let lookAhead = 4

  /// Full batches in an epoch; the images left over sit out, others in every epoch.
  public let stepsPerEpoch: Int
  /// Names of the damaged images replaced in batches handed out so far, each once.
  public private(set) var damaged: [String] = []
  private let list: ImageList
  private let order: EpochOrder
  private let globalBatch: Int
  private let owned: Range<Int>
  private let readAhead: ReadAhead
  private var permutations: [Int: [Int]] = [:]

  /// Starts the reading threads.
  ///
  /// - Parameters:
  ///   - indices: the images to train on, places in `dataset`.
  ///   - globalBatch: images a step on all ranks together, a multiple of `shards`.
  ///   - shards: logical shards of a global batch.
  ///   - ownedShards: those this rank reads.
  ///   - workers: reading threads, at least 1.
  public init(
    dataset: any Dataset, indices: [Int], augmentation: Augmentation, normalization: Normalization,
    seed: UInt64, globalBatch: Int, shards: Int, ownedShards: Range<Int>, workers: Int,
    onDamage: DamagePolicy
  ) throws(DatasetError) {
    precondition(globalBatch > 0 && globalBatch % shards == 0, "shards are of equal size")
    precondition(ownedShards.clamped(to: 0..<shards) == ownedShards, "a rank owns existing shards")
    guard globalBatch <= indices.count else {
      throw .invalid(
        problem: "a batch of \(globalBatch) is more than the \(indices.count) training images")
    }
    try normalization.check(for: dataset.shape)
    list = try ImageList(dataset, indices: indices, onDamage: onDamage)
    order = EpochOrder(seed: seed, count: indices.count)
    self.globalBatch = globalBatch
    stepsPerEpoch = indices.count / globalBatch
    let shardSize = globalBatch / shards
    owned = ownedShards.lowerBound * shardSize..<ownedShards.upperBound * shardSize
    let reader = AugmentedReader(
      list: list, augmentation: augmentation, seed: seed,
      converter: PixelConverter(shape: dataset.shape, normalization: normalization))
    readAhead = ReadAhead(workers: workers) { batch, place in reader.read(place, of: batch) }
  }

  deinit { shutdown() }

  /// The images of the owned shards at one step, counted from the start of training.
  ///
  /// Steps in sequence are found ready; any other step is read from scratch.
  public func batch(at step: Int) throws(DatasetError) -> Batch {
    let pending = readAhead.take(step: step, depth: Self.lookAhead, plan: plan)
    let readings = try pending.readings()
    report(readings)
    let labels = readings.map { Int32(list.dataset.label(of: $0.index)) }
    return Batch(shape: list.dataset.shape, labels: labels, storage: pending.storage)
  }

  /// Ends the reading threads; no batch can be had afterwards.
  public func shutdown() { readAhead.shutdown() }

  private func plan(step: Int) -> PendingBatch {
    let (epoch, stepInEpoch) = step.quotientAndRemainder(dividingBy: stepsPerEpoch)
    let first = stepInEpoch * globalBatch
    let positions = first + owned.lowerBound..<first + owned.upperBound
    return PendingBatch(
      step: step, epoch: epoch, places: Array(permutation(epoch: epoch)[positions]),
      shape: list.dataset.shape)
  }

  /// An epoch's order is drawn once; with a look-ahead over its end, that of two epochs is at hand.
  private func permutation(epoch: Int) -> [Int] {
    if let known = permutations[epoch] { return known }
    permutations = permutations.filter { $0.key == epoch - 1 }
    let drawn = order.permutation(epoch: epoch)
    permutations[epoch] = drawn
    return drawn
  }

  private func report(_ readings: [ImageList.Reading]) {
    for name in readings.flatMap(\.damaged) where !damaged.contains(name) { damaged.append(name) }
  }
}

/// Reads one image of a batch into its place there.
private struct AugmentedReader: Sendable {
  let list: ImageList
  let augmentation: Augmentation
  let seed: UInt64
  let converter: PixelConverter

  func read(_ place: Int, of batch: PendingBatch) -> Result<ImageList.Reading, DatasetError> {
    Result { () throws(DatasetError) in
      var bytes = [UInt8](repeating: 0, count: list.dataset.shape.valueCount)
      return try bytes.withUnsafeMutableBufferPointer { bytes throws(DatasetError) in
        let reading = try list.read(at: batch.places[place], into: bytes)
        let placement = augmentation.placement(
          seed: seed, epoch: batch.epoch, index: reading.index)
        converter.convert(
          UnsafeBufferPointer(bytes), placement: placement, into: batch.storage.image(place))
        return reading
      }
    }
  }
}
