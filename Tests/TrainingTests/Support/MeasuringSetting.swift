import Datasets
import Engine
import Supernet
import Training

/// Weights after some training, and two lists of images to measure them with.
struct MeasuringSetting {
  static let calibrationBatch = 8

  let space: SearchSpace
  let layout: ParameterLayout
  let parameters: AlignedStorage<Float>
  /// 20 training images.
  let calibration: FixedImages
  /// 22 images of the validation split.
  let images: FixedImages

  init() throws {
    space = try SmallTraining().space()
    layout = ParameterLayout(space.architecture)
    parameters = AlignedStorage(count: layout.count)
    let trained = try SmallTraining().run { try Outcome(finishing: $0).weights.parameters }[0]
    parameters.withMutableElements { _ = $0.update(fromContentsOf: trained.values) }
    calibration = try Self.fixed(SmallTraining.images, count: 20)
    images = try Self.fixed(
      SyntheticImages(
        shape: SmallTraining.images.shape, classes: 8, count: 22, seed: SmallTraining.seed,
        split: .val), count: 22)
  }

  private static func fixed(_ dataset: SyntheticImages, count: Int) throws -> FixedImages {
    try FixedImages(
      dataset: dataset, indices: Array(0..<count), normalization: SmallTraining.normalization,
      workers: 1, onDamage: .stop)
  }

  func evaluator(
    _ kernels: KernelChoice = .auto, threads: Int = 1, batch: Int = 8, cacheBytes: Int = 0
  ) throws -> Evaluator {
    Evaluator(
      space: space, layout: layout, parameters: parameters,
      calibration: Evaluator.Images(calibration, batch: Self.calibrationBatch),
      images: Evaluator.Images(images, batch: batch), cacheBytes: cacheBytes,
      context: try SmallTraining.context(kernels, threads: threads))
  }

  func realization(_ subnets: [Subnet]) -> Realization {
    Realization(widths: space.fullWidths, subnets: subnets, combination: .mean)
  }

  func sides(of widths: Widths) -> Realization {
    realization([space.leftSubnet(of: widths), space.rightSubnet(of: widths)])
  }

  /// One subnet's sums over all images by their definition, in a single pass.
  ///
  /// - Parameter pooling: whether variances come from pooled moments, or are the mean of the batches'.
  func naive(_ subnet: Subnet, pooling: Bool) throws -> LossSums {
    let executor = Executor(space: space, layout: layout, context: try SmallTraining.context())
    let found = [0..<8, 8..<16, 16..<20].map { range in
      (Double(range.count) / 20, statistics(of: subnet, calibration.batch(range), executor))
    }
    let calibrated = found[0].1.indices.map { layer in
      let channels = found[0].1[layer].mean.indices
      func average(_ value: (ChannelStatistics, Int) -> Double) -> [Double] {
        channels.map { channel in
          found.reduce(0) { $0 + $1.0 * value($1.1[layer], channel) }
        }
      }
      let mean = average { $0.mean[$1] }
      let square = average { $0.variance[$1] + $0.mean[$1] * $0.mean[$1] }
      let variance =
        pooling ? zip(square, mean).map { $0 - $1 * $1 } : average { $0.variance[$1] }
      return ChannelStatistics(mean: mean, variance: variance)
    }
    let all = images.batch(0..<images.count)
    return all.withPixels { pixels in
      parameters.withElements { parameters in
        executor.evaluate(
          subnet, on: LabelledImages(pixels: pixels, labels: all.labels),
          parameters: parameters.baseAddress!, statistics: calibrated)
      }
    }
  }

  private func statistics(
    of subnet: Subnet, _ batch: Batch, _ executor: Executor
  ) -> [ChannelStatistics] {
    batch.withPixels { pixels in
      parameters.withElements { parameters in
        executor.statistics(
          of: subnet, on: LabelledImages(pixels: pixels, labels: batch.labels),
          parameters: parameters.baseAddress!)
      }
    }
  }
}

extension Evaluator {
  /// A measurement that nothing interrupts.
  func measure(_ realization: Realization, sharedGroups: Int = 0) -> Measurement {
    measure(realization, sharedGroups: sharedGroups, betweenPasses: {})
  }
}
