import Datasets
import Engine
import Supernet

/// Accuracy and loss of some widths on some images, averaged over the realization's subnets.
public struct Measurement: Hashable, Codable, Sendable {
  /// Fraction of the images whose label came first, or among the first five.
  public let top1, top5: Double
  /// Mean cross-entropy in nats, without label smoothing.
  public let loss: Double
  /// The images it looked at where it ended early; nil where it looked at all.
  public private(set) var stoppedAfter: Int?

  init(_ sums: LossSums) {
    let count = Double(sums.images)
    top1 = Double(sums.top1) / count
    top5 = Double(sums.top5) / count
    loss = sums.loss / count
  }

  fileprivate func stopped(after images: Int) -> Measurement {
    var stopped = self
    stopped.stoppedAfter = images
    return stopped
  }
}

extension Realization.Combination {
  /// The sums of some subnets over the same images as those of one.
  fileprivate func combined(_ sums: [LossSums]) -> LossSums {
    switch self {
    case .mean: return sums.reduce(into: LossSums()) { $0 += $1 }
    case .best:
      return sums.dropFirst().reduce(sums[0]) { best, other in
        let isBetter =
          other.top1 != best.top1 ? other.top1 > best.top1 : other.loss < best.loss
        return isBetter ? other : best
      }
    }
  }
}

/// Measures widths with the weights as they are: calibrates batch normalisation, then looks at images.
///
/// Running averages from training mean nothing for a subnet, so before any measurement the statistics of
/// every subnet (each side for itself) are taken anew on a fixed list of training images: the means of E[x]
/// and E[x^2] over its batches (BCNetV2's recalibration; the variance comes from the pooled moments).
/// A measurement is a function of weights, widths and the two lists; one rank makes it alone. What widths have in
/// common with those measured before is remembered (``PrefixCache``) and changes no bit.
public final class Evaluator {
  /// Images and how many of them one pass takes.
  public struct Images {
    let images: FixedImages
    let batch: Int

    /// All of `images`, `batch` at a time.
    public init(_ images: FixedImages, batch: Int) {
      self.images = images
      self.batch = batch
    }

    fileprivate var batches: [Range<Int>] {
      stride(from: 0, to: images.count, by: batch).map { $0..<min($0 + batch, images.count) }
    }
  }

  private let executor: Executor
  private let parameters: AlignedStorage<Float>
  private let calibration, images: Images
  private let cacheBytes: Int
  /// One of each a subnet of the realizations measured; their number hardly ever changes.
  private var caches: [PrefixCache] = []
  private var packedWeights: [SubnetWeights] = []

  /// - Parameters:
  ///   - parameters: the full-width block.
  ///   - calibration: training images without augmentation.
  ///   - images: what is measured on.
  ///   - cacheBytes: memory for what widths have in common; 0 for none.
  public init(
    space: SearchSpace, layout: ParameterLayout, parameters: AlignedStorage<Float>,
    calibration: Images, images: Images, cacheBytes: Int, context: EngineContext
  ) {
    executor = Executor(space: space, layout: layout, context: context)
    self.parameters = parameters
    self.calibration = calibration
    self.images = images
    self.cacheBytes = cacheBytes
  }

  /// The measurement of a realization.
  ///
  /// - Parameters:
  ///   - sharedGroups: how many groups, from the first on, later widths may have in common with these.
  ///   - test: ends the measurement early where the widths prove hopeless.
  ///   - betweenPasses: called after every forward pass; what it throws ends the measurement.
  public func measure<Failure: Error>(
    _ realization: Realization, sharedGroups: Int = 0, until test: SequentialTest? = nil,
    betweenPasses: () throws(Failure) -> Void
  ) throws(Failure) -> Measurement {
    let subnets = realization.subnets
    prepareMemory(subnets.count)
    for (index, subnet) in subnets.enumerated() {
      caches[index].open(subnet, sharedGroups: sharedGroups)
      packedWeights[index].open(subnet)
    }
    let statistics = try calibrate(subnets, betweenPasses)
    var sums = subnets.map { _ in LossSums() }
    let batches = images.batches
    for (place, range) in batches.enumerated() {
      // The subnets share one batch of prepared images.
      let batch = images.images.batch(range)
      for (index, subnet) in subnets.enumerated() {
        sums[index] += batch.withImages { labelled in
          executor.evaluate(
            subnet, on: labelled, parameters: parameters.pointer, statistics: statistics[index],
            remembering: caches[index].evaluation(place), keeping: packedWeights[index])
        }
        try betweenPasses()
      }
      guard let test, place + 1 < batches.count else { continue }
      let found = Measurement(realization.combination.combined(sums))
      if test.isHopeless(
        accuracy: found.top1, images: range.upperBound, of: images.images.count,
        looks: batches.count - 1,
        subnets: realization.combination == .best ? subnets.count : 1)
      {
        return found.stopped(after: range.upperBound)
      }
    }
    return Measurement(realization.combination.combined(sums))
  }

  private func prepareMemory(_ count: Int) {
    if caches.count == count { return }
    caches = (0..<count).map { _ in
      PrefixCache(
        executor, images: calibration.images.count + images.images.count,
        bytes: cacheBytes / count)
    }
    packedWeights = (0..<count).map { _ in SubnetWeights() }
  }

  /// The statistics of every batch normalisation of each subnet, from all calibration images.
  private func calibrate<Failure: Error>(
    _ subnets: [Subnet], _ betweenPasses: () throws(Failure) -> Void
  ) throws(Failure) -> [[ChannelStatistics]] {
    var pooled = subnets.map { _ in [PooledMoments]() }
    for (place, range) in calibration.batches.enumerated() {
      let batch = calibration.images.batch(range)
      for (index, subnet) in subnets.enumerated() {
        let found = batch.withImages { labelled in
          executor.statistics(
            of: subnet, on: labelled, parameters: parameters.pointer,
            remembering: caches[index].calibration(place), keeping: packedWeights[index])
        }
        if place == 0 { pooled[index] = found.map { PooledMoments(channels: $0.mean.count) } }
        for (normalization, statistics) in found.enumerated() {
          pooled[index][normalization].add(statistics, images: range.count)
        }
        try betweenPasses()
      }
    }
    return zip(caches, pooled).map { cache, pooled in
      let statistics = cache.knownStatistics + pooled.map(\.statistics)
      cache.close(statistics)
      return statistics
    }
  }
}

/// E[x] and E[x^2] averaged over batches, each weighing as many images as it has.
struct PooledMoments {
  private var mean, meanSquare: [Double]
  private var images = 0.0

  init(channels: Int) {
    mean = Array(repeating: 0, count: channels)
    meanSquare = mean
  }

  mutating func add(_ statistics: ChannelStatistics, images count: Int) {
    let share = Double(count) / (images + Double(count))
    for channel in mean.indices {
      let (average, variance) = (statistics.mean[channel], statistics.variance[channel])
      mean[channel] += share * (average - mean[channel])
      meanSquare[channel] += share * (variance + average * average - meanSquare[channel])
    }
    images += Double(count)
  }

  var statistics: ChannelStatistics {
    ChannelStatistics(
      mean: mean, variance: zip(mean, meanSquare).map { max(0, $1 - $0 * $0) })
  }
}
