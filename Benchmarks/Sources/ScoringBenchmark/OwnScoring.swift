import BenchmarkSupport
import Engine
import Supernet

/// What scoring a candidate is made of: forward passes with the batch's statistics and with given
/// ones.
final class OwnScoring {
  private let network: BenchmarkNetwork
  private let executor: Executor
  private let weights = SubnetWeights()

  /// Scores subnets of a network.
  init(_ network: BenchmarkNetwork, context: EngineContext) {
    self.network = network
    executor = Executor(space: network.space, layout: network.layout, context: context)
  }

  /// Begins a candidate: its first pass packs the weights, the others find them packed.
  func open(_ subnet: Subnet) { weights.open(subnet) }

  /// One forward pass that takes the statistics of every batch normalisation.
  ///
  /// - Returns: its seconds, and the statistics.
  func calibrate(_ subnet: Subnet) -> (seconds: Double, statistics: [ChannelStatistics]) {
    var statistics: [ChannelStatistics] = []
    let time = run { images, parameters in
      statistics = executor.statistics(
        of: subnet, on: images, parameters: parameters, keeping: weights)
    }
    return (time, statistics)
  }

  /// One forward pass with given statistics, loss and hits included.
  ///
  /// - Returns: its seconds.
  func evaluate(_ subnet: Subnet, _ statistics: [ChannelStatistics]) -> Double {
    run { images, parameters in
      _ = executor.evaluate(
        subnet, on: images, parameters: parameters, statistics: statistics, keeping: weights)
    }
  }

  private func run(_ pass: (LabelledImages, UnsafePointer<Float>) -> Void) -> Double {
    network.withImages { images in
      network.parameters.withElements { parameters in
        seconds { pass(images, parameters.baseAddress!) }
      }
    }
  }
}
