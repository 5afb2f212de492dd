import Engine
import Supernet
import TestSupport

/// What a training pass gave: each shard's sums and full-width gradient.
struct TrainingResult {
  let sums: [LossSums]
  let gradients: [[Float]]
}

extension Executor {
  /// Of an architecture, on one thread.
  convenience init(_ architecture: Architecture) throws {
    self.init(
      space: try SearchSpace(architecture), layout: ParameterLayout(architecture),
      context: EngineContext(kernels: try KernelSet.select(.auto), threads: ThreadPool(threads: 1)))
  }

  /// Of a named network on square images.
  convenience init(named network: String, side: Int) throws {
    try self.init(
      Architecture.named(
        network, image: FeatureShape(channels: 3, height: side, width: side), classes: 10))
  }
}

extension SmallNetwork {
  func executor(_ bench: Workbench) -> Executor {
    Executor(space: space, layout: layout, context: bench.context)
  }

  /// A training pass over some of the images; gradients are added to `start`, or to zero, or stored over it.
  func train(
    _ subnet: Subnet, images: Range<Int> = 0..<images, shrunkBy: Int = 1, shards: Int = shards,
    start: [Float]? = nil, storing: Bool = false, lossScale: Double = 0.125,
    smoothing: Double = 0.1,
    with executor: Executor, _ bench: Workbench
  ) -> TrainingResult {
    let start = start ?? [Float](repeating: 0, count: layout.count)
    let blocks = (0..<shards).map { _ in bench.block(start) }
    let sums = train(
      subnet, images: images, shrunkBy: shrunkBy,
      into: storing ? .stored(in: blocks) : .added(to: blocks), lossScale: lossScale,
      smoothing: smoothing, with: executor, bench)
    return TrainingResult(
      sums: sums,
      gradients: blocks.map { Array(UnsafeBufferPointer(start: $0, count: layout.count)) })
  }

  /// A training pass over some of the images, with gradients to given places.
  @discardableResult
  func train(
    _ subnet: Subnet, images: Range<Int> = 0..<images, shrunkBy: Int = 1,
    into gradients: ParameterGradients, lossScale: Double = 0.125, smoothing: Double = 0.1,
    with executor: Executor, _ bench: Workbench
  ) -> [LossSums] {
    withImages(images, shrunkBy: shrunkBy) {
      executor.train(
        subnet, on: $0, parameters: bench.block(parameters), gradients: gradients,
        lossScale: lossScale, smoothing: smoothing
      ).sums
    }
  }

  func statistics(
    _ subnet: Subnet, images: Range<Int> = 0..<images, remembering memory: PrefixCache.Pass? = nil,
    keeping weights: SubnetWeights? = nil, with executor: Executor, _ bench: Workbench
  ) -> [ChannelStatistics] {
    withImages(images) {
      executor.statistics(
        of: subnet, on: $0, parameters: bench.block(parameters), remembering: memory,
        keeping: weights)
    }
  }

  func evaluate(
    _ subnet: Subnet, images: Range<Int> = 0..<images, statistics: [ChannelStatistics],
    remembering memory: PrefixCache.Pass? = nil, keeping weights: SubnetWeights? = nil,
    with executor: Executor, _ bench: Workbench
  ) -> LossSums {
    withImages(images) {
      executor.evaluate(
        subnet, on: $0, parameters: bench.block(parameters), statistics: statistics,
        remembering: memory, keeping: weights)
    }
  }

  private func withImages<Result>(
    _ range: Range<Int>, shrunkBy: Int = 1, _ body: (LabelledImages) -> Result
  ) -> Result {
    let size = pixels.count / Self.images
    return Array(pixels[range.lowerBound * size..<range.upperBound * size])
      .withUnsafeBufferPointer {
        body(LabelledImages(pixels: $0, labels: Array(labels[range]), shrunkBy: shrunkBy))
      }
  }
}
