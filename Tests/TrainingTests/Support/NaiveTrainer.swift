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
  private var records: LossRecords?
  /// By which the sides of this step's images are shorter.
  private var shrinking = 1

  init(_ training: SmallTraining) throws {
    self.training = training
    loader = try training.loader(shards: 0..<training.shards)
    let space = try training.space()
    layout = ParameterLayout(space.architecture)
    records = training.recording.map { LossRecords(of: space, settings: $0) }
    executor = Executor(
      space: space, layout: layout, context: try SmallTraining.context(training.kernels))
  }

  /// What a step did: means over the batch, a pass each.
  struct Report {
    var widths: [Widths] = []
    var losses: [Double] = []
    var labelLosses: [Double] = []
    var top1: [Double] = []
  }

  /// One step.
  func step(
    _ step: Int, _ parameters: inout [Float], _ momenta: inout [Float]
  ) throws -> Report {
    let batch = try loader.batch(at: step)
    let small = training.smallImages
    shrinking = step < small?.steps ?? 0 ? small?.factor ?? 1 : 1
    var report = Report()
    var shardSums = [[Float]](
      repeating: [Float](repeating: 0, count: layout.count), count: training.shards)
    var teachers: [Predictions] = []
    let passes = try training.plan().step(at: step, knowing: records).passes
    for pass in passes {
      let chosen = choose(pass, batch, parameters)
      let isFirst = teachers.isEmpty
      let count = Double(training.globalBatch * chosen.subnets.count)
      var mean = (loss: 0.0, labelLoss: 0.0, top1: 0.0)
      for shard in 0..<training.shards {
        var said: [Predictions] = []
        for subnet in chosen.subnets {
          let (sums, predictions) = train(
            subnet, shard, of: batch, parameters, weight: 1 / Double(chosen.subnets.count),
            teacher: pass.target == .teacher ? teachers[shard] : nil, addingTo: &shardSums[shard])
          said.append(predictions)
          mean.loss += sums.loss / count
          mean.labelLoss += labelLoss(of: subnet, shard, of: batch, parameters) / count
          mean.top1 += Double(sums.top1) / count
        }
        if isFirst { teachers.append(Predictions(meanOf: said)) }
      }
      report.widths.append(chosen.widths)
      report.losses.append(mean.loss)
      report.labelLosses.append(mean.labelLoss)
      report.top1.append(mean.top1)
    }
    if records?.settings.covers(step: step, of: training.recipe.schedule.totalSteps) == true,
      shrinking == 1
    {
      for (place, pass) in passes.enumerated() where pass.isRecorded {
        records?.add(report.labelLosses[place], of: report.widths[place])
      }
    }
    update(
      &parameters, &momenta,
      gradient: treeSum(shardSums[...]).map { $0 / Float(training.globalBatch) },
      rate: Float(training.schedule.rate(at: step)))
    return report
  }

  /// Of each candidate's realizations the one with the lowest loss over the batch; of these the lowest or the highest.
  private func choose(
    _ pass: TrainingPass, _ batch: Batch, _ parameters: [Float]
  ) -> Realization {
    let best = pass.candidates.map { candidate in
      let losses = candidate.map { loss(of: $0, batch, parameters) }
      let lowest = losses.firstIndex { $0 == losses.min() } ?? 0
      return (realization: candidate[lowest], loss: losses[lowest])
    }
    let losses = best.map(\.loss)
    let wanted = pass.choice == .lowestLoss ? losses.min() : losses.max()
    return best[losses.firstIndex { $0 == wanted } ?? 0].realization
  }

  private func loss(
    of realization: Realization, _ batch: Batch, _ parameters: [Float]
  ) -> Double {
    realization.subnets.reduce(0.0) { sum, subnet in
      (0..<training.shards).reduce(sum) { sum, shard in
        sum + labelLoss(of: subnet, shard, of: batch, parameters)
          / Double(realization.subnets.count)
      }
    }
  }

  /// The sum over a shard's images, by a forward pass of its own.
  private func labelLoss(
    of subnet: Subnet, _ shard: Int, of batch: Batch, _ parameters: [Float]
  ) -> Double {
    with(shard, of: batch) {
      executor.loss(
        of: subnet, on: $0, parameters: parameters, shards: 1,
        smoothing: training.recipe.labelSmoothing)[0].loss
    }
  }

  /// The sum, not the mean, of the gradients of a shard's images.
  private func train(
    _ subnet: Subnet, _ shard: Int, of batch: Batch, _ parameters: [Float], weight: Double,
    teacher: Predictions?, addingTo gradient: inout [Float]
  ) -> (LossSums, Predictions) {
    with(shard, of: batch) { images in
      gradient.withUnsafeMutableBufferPointer { gradient in
        let (sums, logits) = executor.train(
          subnet, on: images, parameters: parameters,
          gradients: .added(to: [gradient.baseAddress!]),
          lossScale: weight, smoothing: training.recipe.labelSmoothing, teacher: teacher)
        return (sums[0], Predictions(logits, temperature: training.temperature))
      }
    }
  }

  private func with<Result>(
    _ shard: Int, of batch: Batch, _ body: (LabelledImages) -> Result
  ) -> Result {
    let size = training.globalBatch / training.shards
    let images = shard * size..<(shard + 1) * size
    let values = batch.shape.valueCount
    let pixels = batch.withPixels { pixels in
      images.flatMap { shrunk(Array(pixels[$0 * values..<($0 + 1) * values]), batch.shape) }
    }
    return pixels.withUnsafeBufferPointer {
      body(
        LabelledImages(
          pixels: $0, labels: Array(batch.labels[images]), shrunkBy: shrinking))
    }
  }

  /// One image, whose pixels become means of squares.
  private func shrunk(_ pixels: [Float], _ shape: ImageShape) -> [Float] {
    var means: [Float] = []
    for row in stride(from: 0, to: shape.height, by: shrinking) {
      for column in stride(from: 0, to: shape.width, by: shrinking) {
        for channel in 0..<shape.channels {
          var sum: Float = 0
          for down in 0..<shrinking {
            for right in 0..<shrinking {
              let place = (row + down) * shape.width + column + right
              sum += pixels[place * shape.channels + channel]
            }
          }
          means.append(sum / Float(shrinking * shrinking))
        }
      }
    }
    return means
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
    let largest = training.optimizer.clipValue
    for tensor in layout.tensors {
      let decays = tensor.decays || training.decaysNormalization
      let decay = decays ? Float(training.recipe.weightDecay) : 0
      for place in tensor.range {
        let sum = gradient[place]
        let cut = abs(sum) > largest ? (sum > 0 ? largest : -largest) : sum
        let slope = cut + decay * parameters[place]
        momenta[place] = momentum * momenta[place] + slope
        let ahead = slope + momentum * momenta[place]
        parameters[place] -= rate * (training.optimizer.nesterov ? ahead : momenta[place])
      }
    }
  }
}
