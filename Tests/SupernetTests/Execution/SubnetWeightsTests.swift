import Engine
import Supernet
import TestSupport
import Testing

/// Weights that are packed once give what weights give that every pass packs, for as long as they are the subnet's.
@Suite struct SubnetWeightsTests {
  /// Batches of several sizes, passes of both kinds in turn, subnets in turn; every network has layers of its own kind.
  @Test(
    arguments: try SmallNetwork.graphs() + SmallNetwork.named(),
    [ConvolutionChoice.direct, .winograd])
  func everyBatchFindsTheSameWeights(network: SmallNetwork, convolution: ConvolutionChoice) {
    let subnets = [
      network.space.leftSubnet(of: network.space.fullWidths),
      network.space.leftSubnet(of: network.space.lowestWidths),
    ]
    withWorkbench(KernelSet.runnable[0], threads: 2, convolution: convolution) { bench in
      let executor = network.executor(bench)
      let weights = SubnetWeights()
      for subnet in subnets + subnets {
        weights.open(subnet)
        for images in [0..<SmallNetwork.images, 0..<1, 1..<SmallNetwork.images] {
          let fresh = network.executor(bench)
          let statistics = network.statistics(subnet, images: images, with: fresh, bench)
          #expect(
            network.statistics(subnet, images: images, keeping: weights, with: executor, bench)
              == statistics)
          #expect(
            network.evaluate(
              subnet, images: images, statistics: statistics, keeping: weights, with: executor,
              bench)
              == network.evaluate(
                subnet, images: images, statistics: statistics, with: fresh, bench))
        }
      }
    }
  }

  /// Every operator but depthwise layers by themselves finds what the first pass packed, whatever the weights are by then.
  @Test(arguments: try SmallNetwork.graphs() + SmallNetwork.named())
  func weightsAreKept(network: SmallNetwork) throws {
    var parameters = network.parameters
    for (node, layer) in network.space.architecture.nodes.enumerated() {
      switch layer.operation {
      case .convolution, .linear:
        for place in network.layout.weight(ofNode: node).range { parameters[place] *= -1.5 }
      default: break
      }
    }
    let changed = try SmallNetwork(network.space, parameters: parameters)
    withOpenWeights(of: network) { subnet, weights, executor, bench in
      let statistics = network.statistics(subnet, keeping: weights, with: executor, bench)
      #expect(changed.statistics(subnet, keeping: weights, with: executor, bench) == statistics)
      #expect(changed.statistics(subnet, with: executor, bench) != statistics)
      func evaluate(_ network: SmallNetwork, keeping weights: SubnetWeights?) -> LossSums {
        network.evaluate(
          subnet, statistics: statistics, keeping: weights, with: executor, bench)
      }
      let sums = evaluate(network, keeping: weights)
      #expect(evaluate(changed, keeping: weights) == sums)
      #expect(evaluate(changed, keeping: nil) != sums)
    }
  }

  /// A pass may not see the weights of before: whoever changes them opens the subnet again.
  @Test func openingASubnetTakesItsWeightsAnew() throws {
    let network = try SmallNetwork.chained()
    let changed = try SmallNetwork(
      network.space, parameters: network.parameters.map { $0 * 1.5 })
    withOpenWeights(of: network) { subnet, weights, executor, bench in
      let before = network.statistics(subnet, keeping: weights, with: executor, bench)
      weights.open(subnet)
      let after = changed.statistics(subnet, keeping: weights, with: executor, bench)
      #expect(after == changed.statistics(subnet, with: executor, bench))
      #expect(after != before)
    }
  }

  @Test func anotherSubnetsWeightsAreRefused() async {
    await #expect(processExitsWith: .failure) {
      let network = try SmallNetwork.chained()
      withWorkbench(KernelSet.runnable[0]) { bench in
        let weights = SubnetWeights()
        weights.open(network.space.leftSubnet(of: network.space.lowestWidths))
        _ = network.statistics(
          network.space.leftSubnet(of: network.space.fullWidths), keeping: weights,
          with: network.executor(bench), bench)
      }
    }
  }

  /// The whole network's weights, opened and not yet packed.
  private func withOpenWeights(
    of network: SmallNetwork, _ body: (Subnet, SubnetWeights, Executor, Workbench) -> Void
  ) {
    let subnet = network.space.leftSubnet(of: network.space.fullWidths)
    withWorkbench(KernelSet.runnable[0]) { bench in
      let weights = SubnetWeights()
      weights.open(subnet)
      body(subnet, weights, network.executor(bench), bench)
    }
  }
}
