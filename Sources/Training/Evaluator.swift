import Datasets
import Engine
import Supernet

/// Accuracy and loss of some widths on some images, averaged over the realization's subnets.
public struct Measurement: Hashable, Codable, Sendable {
  /// Fraction of the images whose label came first, or among the first five.
  public let top1, top5: Double
  /// Mean cross-entropy in nats, without label smoothing.
  public let loss: Double

  init(_ sums: LossSums) {
    let count = Double(sums.images)
    top1 = Double(sums.top1) / count
    top5 = Double(sums.top5) / count
    loss = sums.loss / count
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
/// A measurement is a function of weights, widths and the two lists; one rank makes it alone.
public final class Evaluator {
  private let executor: Executor
  private let parameters: AlignedStorage<Float>
  private let calibration: FixedImages
  private let calibrationBatch: Int

  /// - Parameters:
  ///   - parameters: the full-width block.
  ///   - calibration: training images without augmentation.
  ///   - calibrationBatch: images of one calibration pass.
  public init(
    space: SearchSpace, layout: ParameterLayout, parameters: AlignedStorage<Float>,
    calibration: FixedImages, calibrationBatch: Int, context: EngineContext
  ) {
    executor = Executor(space: space, layout: layout, context: context)
    self.parameters = parameters
    self.calibration = calibration
    self.calibrationBatch = calibrationBatch
  }

  /// The measurement of a realization on `images`, `batch` at a time.
  ///
  /// - Parameter betweenBatches: called after every forward pass; what it throws ends the measurement.
  public func measure<Failure: Error>(
    _ realization: Realization, on images: FixedImages, batch: Int,
    betweenBatches: () throws(Failure) -> Void
  ) throws(Failure) -> Measurement {
    var sums: [LossSums] = []
    for subnet in realization.subnets {
      let statistics = try calibrate(subnet, betweenBatches)
      var found = LossSums()
      for range in batches(of: images.count, size: batch) {
        found += images.batch(range).withImages { labelled in
          executor.evaluate(
            subnet, on: labelled, parameters: parameters.pointer, statistics: statistics)
        }
        try betweenBatches()
      }
      sums.append(found)
    }
    return Measurement(realization.combination.combined(sums))
  }

  /// The statistics of every batch normalisation of a subnet, from all calibration images.
  private func calibrate<Failure: Error>(
    _ subnet: Subnet, _ betweenBatches: () throws(Failure) -> Void
  ) throws(Failure) -> [ChannelStatistics] {
    var pooled: [PooledMoments] = []
    for range in batches(of: calibration.count, size: calibrationBatch) {
      let found = calibration.batch(range).withImages { labelled in
        executor.statistics(of: subnet, on: labelled, parameters: parameters.pointer)
      }
      if pooled.isEmpty { pooled = found.map { PooledMoments(channels: $0.mean.count) } }
      for (index, statistics) in found.enumerated() {
        pooled[index].add(statistics, images: range.count)
      }
      try betweenBatches()
    }
    return pooled.map(\.statistics)
  }

  private func batches(of count: Int, size: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
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
