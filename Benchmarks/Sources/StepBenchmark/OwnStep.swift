import BenchmarkSupport
import Cluster
import Engine
import Supernet

/// Our training step: what `Trainer.advance` does on one rank, but for loading images.
final class OwnStep {
  private let network: BenchmarkNetwork
  let executor: Executor
  private let context: EngineContext
  private let communicator: any Communicator
  private let momenta: AlignedStorage<Float>
  /// By shards, since steps of one shard and of several take turns.
  private var gradients: [Int: StepGradients] = [:]

  /// A step of a network whose shards are all on this rank.
  init(_ network: BenchmarkNetwork, communicator: any Communicator, context: EngineContext) {
    self.network = network
    self.communicator = communicator
    self.context = context
    executor = Executor(space: network.space, layout: network.layout, context: context)
    momenta = AlignedStorage(count: network.layout.count)
  }

  /// Takes one step; the gradients of all subnets, averaged, become one update.
  ///
  /// - Returns: its seconds.
  /// - Throws: `DivergedTraining` when the loss is not a number, since its arithmetic says nothing.
  func step(_ subnets: [Subnet], shards: Int) throws -> Double {
    let gradients = gradients(shards: shards)
    let reduction = TreeReduction(
      communicator: communicator, assignment: try ShardAssignment(shards: shards, ranks: 1),
      parallel: { [context] in context.threads.forEach($0, $1) })
    var loss = 0.0
    let time = try seconds {
      gradients.begin()
      for subnet in subnets { loss += train(subnet, gradients, of: subnets.count) }
      try reduction.reduce(shardGradients: gradients.blocks, ranges: gradients.finish())
      update(gradients.blocks[0])
    }
    guard loss.isFinite else { throw DivergedTraining() }
    return time
  }

  private func gradients(shards: Int) -> StepGradients {
    if let gradients = gradients[shards] { return gradients }
    let made = StepGradients(
      shards: shards, of: network.space, layout: network.layout, context: context)
    gradients[shards] = made
    return made
  }

  private func train(
    _ subnet: Subnet, _ gradients: StepGradients, of subnets: Int
  ) -> Double {
    network.withImages { images in
      network.parameters.withElements { weights in
        executor.train(
          subnet, on: images, parameters: weights.baseAddress!, gradients: gradients.add(subnet),
          lossScale: 1 / Double(subnets * images.count), smoothing: 0
        ).sums.reduce(0) { $0 + $1.loss }
      }
    }
  }

  private func update(_ gradient: UnsafeMutablePointer<Float>) {
    network.parameters.withMutableElements { weights in
      momenta.withMutableElements { momenta in
        for tensor in network.layout.tensors {
          MomentumSGD(momentum: 0.9, nesterov: false).step(
            weights: weights.baseAddress!, momenta: momenta.baseAddress!, gradients: gradient,
            range: tensor.range, rate: 0.01, decay: 5e-4, in: context)
        }
      }
    }
  }
}

/// A step gave a loss that is not a number.
struct DivergedTraining: Error, CustomStringConvertible {
  let description = "the loss is not a number any more, so its steps are not worth timing"
}
