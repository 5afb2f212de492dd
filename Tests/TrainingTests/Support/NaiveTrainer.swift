import Datasets
import Engine
import Supernet
import Training

/// The definition of a training step: shard after shard through an executor of its own, everything else
/// in plain loops.
final class NaiveTrainer {
  private let training: SmallTraining
  private let loader: TrainingLoader
  private let executor: Executor
  private let layout: ParameterLayout

  init(_ training: SmallTraining) throws {
    self.training = training
    loader = try training.loader(shards: 0..<training.shards)
    let space = try training.space()
    layout = ParameterLayout(space.architecture)
    executor = Executor(
      space: space, layout: layout, context: try SmallTraining.context(training.kernels))
  }

  /// One step; returns the means over the batch and the step's subnets.
  func step(
    _ step: Int, _ parameters: inout [Float], _ momenta: inout [Float]
  ) throws -> (loss: Double, top1: Double) {
    let batch = try loader.batch(at: step)
    let subnets = try training.plan().realization(at: step).subnets
    let shardSize = training.globalBatch / training.shards
    let passes = Double(training.globalBatch * subnets.count)
    var (loss, top1) = (0.0, 0.0)
    var shardSums: [[Float]] = []
    for shard in 0..<training.shards {
      let images = shard * shardSize..<(shard + 1) * shardSize
      var sum = [Float](repeating: 0, count: layout.count)
      for subnet in subnets {
        let sums = train(subnet, images, of: batch, parameters, addingTo: &sum)
        loss += sums.loss / passes
        top1 += Double(sums.top1) / passes
      }
      shardSums.append(sum)
    }
    let sum = treeSum(shardSums[...])
    update(
      &parameters, &momenta, gradient: sum.map { $0 / Float(passes) },
      rate: Float(training.schedule.rate(at: step)))
    return (loss, top1)
  }

  /// The sum, not the mean, of the gradients of some images.
  private func train(
    _ subnet: Subnet, _ images: Range<Int>, of batch: Batch, _ parameters: [Float],
    addingTo gradient: inout [Float]
  ) -> LossSums {
    let values = batch.shape.valueCount
    return batch.withPixels { pixels in
      gradient.withUnsafeMutableBufferPointer { gradient in
        executor.train(
          subnet,
          on: LabelledImages(
            pixels: UnsafeBufferPointer(
              rebasing: pixels[images.lowerBound * values..<images.upperBound * values]),
            labels: Array(batch.labels[images])),
          parameters: parameters, gradients: [gradient.baseAddress!], lossScale: 1,
          smoothing: training.recipe.labelSmoothing)[0]
      }
    }
  }

  /// Halves of a power of two of shards.
  private func treeSum(_ shards: ArraySlice<[Float]>) -> [Float] {
    if shards.count == 1 { return shards[shards.startIndex] }
    let middle = shards.startIndex + shards.count / 2
    return zip(treeSum(shards[..<middle]), treeSum(shards[middle...])).map { $0 + $1 }
  }

  private func update(
    _ parameters: inout [Float], _ momenta: inout [Float], gradient: [Float], rate: Float
  ) {
    let momentum = training.optimizer.momentum
    for tensor in layout.tensors {
      let decays = tensor.decays || training.decaysNormalization
      let decay = decays ? Float(training.recipe.weightDecay) : 0
      for place in tensor.range {
        let slope = gradient[place] + decay * parameters[place]
        momenta[place] = momentum * momenta[place] + slope
        let ahead = slope + momentum * momenta[place]
        parameters[place] -= rate * (training.optimizer.nesterov ? ahead : momenta[place])
      }
    }
  }
}
