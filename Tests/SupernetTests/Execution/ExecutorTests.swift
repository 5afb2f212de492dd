import Engine
import Supernet
import TestSupport
import Testing

/// A subnet of the shared weights is exactly the network that its widths describe.
@Suite struct ExecutorTests {
  @Test(arguments: try SmallNetwork.graphs())
  func subnetsTrainLikeTheSameNetworksBuiltNarrow(network: SmallNetwork) throws {
    for subnet in network.subnets {
      for kernels in KernelSet.runnable {
        try expectTrainingLikeNarrow(network, subnet, kernels)
      }
    }
  }

  @Test(arguments: try SmallNetwork.named())
  func namedNetworksTrainLikeTheSameBuiltNarrow(network: SmallNetwork) throws {
    try expectTrainingLikeNarrow(network, network.subnets[2], KernelSet.runnable[0])
  }

  @Test func imagesAreDenseWhereOnlyWindowsReadThem() throws {
    func areDense(_ networks: [SmallNetwork]) -> [Bool] {
      networks.map { network in
        withWorkbench(KernelSet.runnable[0]) { network.executor($0).imageIsDense }
      }
    }
    #expect(
      areDense(try [.plain(), .residual()] + SmallNetwork.named()) == [true, true, true, true])
    // A depthwise layer reads one, a normalisation the other.
    #expect(areDense(try [.inverted(), .unusual()]) == [false, false])
  }

  private func expectTrainingLikeNarrow(
    _ network: SmallNetwork, _ subnet: Subnet, _ kernels: KernelSet
  ) throws {
    let narrow = try network.resized(to: subnet)
    let start = seededNumbers(network.layout.count, seed: 70)
    let tensors = Array(zip(network.layout.tensors, narrow.layout.tensors))
    let elements = tensors.map { network.elements(of: $0.0, in: subnet) }
    var narrowStart = [Float](repeating: 0, count: narrow.layout.count)
    for ((_, tensor), full) in zip(tensors, elements) {
      narrowStart.replaceSubrange(tensor.range, with: full.map { start[$0] })
    }
    withWorkbench(kernels) { bench in
      let shared = network.train(subnet, start: start, with: network.executor(bench), bench)
      let alone = narrow.train(
        narrow.fullSubnet, start: narrowStart, with: narrow.executor(bench), bench)
      #expect(shared.sums == alone.sums, "\(kernels.choice)")
      for (gradient, twin) in zip(shared.gradients, alone.gradients) {
        for ((_, tensor), full) in zip(tensors, elements) {
          expectEqualBits(
            full.map { gradient[$0] }, Array(twin[tensor.range]),
            "\(kernels.choice) gradient of \(tensor.name)")
        }
        expectUntouched(gradient, start, except: elements)
      }
    }
  }

  private func expectUntouched(_ gradient: [Float], _ start: [Float], except elements: [[Int]]) {
    var outside = Array(repeating: true, count: start.count)
    for element in elements.joined() { outside[element] = false }
    let indices = outside.indices.filter { outside[$0] }
    expectEqualBits(
      indices.map { gradient[$0] }, indices.map { start[$0] }, "gradient outside the subnet")
  }

  @Test(arguments: try SmallNetwork.graphs())
  func subnetsInferLikeTheSameNetworksBuiltNarrow(network: SmallNetwork) throws {
    for subnet in network.subnets {
      let narrow = try network.resized(to: subnet)
      withWorkbench(KernelSet.runnable[0]) { bench in
        let (executor, narrowExecutor) = (network.executor(bench), narrow.executor(bench))
        let statistics = network.statistics(subnet, with: executor, bench)
        #expect(
          statistics == narrow.statistics(narrow.fullSubnet, with: narrowExecutor, bench))
        #expect(
          network.evaluate(subnet, statistics: statistics, with: executor, bench)
            == narrow.evaluate(
              narrow.fullSubnet, statistics: statistics, with: narrowExecutor, bench))
      }
    }
  }

  /// Inference reuses memory and works in place; training keeps everything: both are the same forward pass.
  @Test(arguments: try SmallNetwork.graphs())
  func inferenceWithTheBatchsOwnStatisticsIsTrainingsForward(network: SmallNetwork) {
    for (subnet, threads) in zip(network.subnets, [1, 3, 2, 1, 3]) {
      for kernels in KernelSet.runnable {
        withWorkbench(kernels, threads: threads) { bench in
          let executor = network.executor(bench)
          let trained = network.train(
            subnet, shards: 1, smoothing: 0, with: executor, bench)
          let statistics = network.statistics(subnet, with: executor, bench)
          let evaluated = network.evaluate(
            subnet, statistics: statistics, with: executor, bench)
          #expect([evaluated] == trained.sums, "\(kernels.choice)")
        }
      }
    }
  }

  @Test(
    arguments: try SmallNetwork.graphs() + SmallNetwork.named(),
    [ConvolutionChoice.direct, .winograd])
  func storedGradientsReplaceWhatWasThere(network: SmallNetwork, convolution: ConvolutionChoice) {
    let subnet = network.subnets[2]
    let left = [Float](repeating: .infinity, count: network.layout.count)
    for kernels in KernelSet.runnable {
      withWorkbench(kernels, threads: 3, convolution: convolution) { bench in
        let executor = network.executor(bench)
        let stored = network.train(subnet, start: left, storing: true, with: executor, bench)
        let added = network.train(subnet, with: executor, bench)
        let elements = network.layout.tensors.map { network.elements(of: $0, in: subnet) }
        for (stored, added) in zip(stored.gradients, added.gradients) {
          for (tensor, elements) in zip(network.layout.tensors, elements) {
            #expect(elements.map { stored[$0] } == elements.map { added[$0] }, "\(tensor.name)")
          }
          expectUntouched(stored, left, except: elements)
        }
      }
    }
  }

  @Test(arguments: try SmallNetwork.graphs())
  func otherImagesInTheBatchDoNotMatter(network: SmallNetwork) {
    let subnet = network.subnets[2]
    withWorkbench(KernelSet.runnable[0], threads: 2) { bench in
      let executor = network.executor(bench)
      let statistics = network.statistics(subnet, images: 0..<3, with: executor, bench)
      var total = LossSums()
      for image in 0..<SmallNetwork.images {
        total += network.evaluate(
          subnet, images: image..<image + 1, statistics: statistics, with: executor, bench)
      }
      #expect(
        network.evaluate(subnet, statistics: statistics, with: executor, bench) == total)
    }
  }

  @Test(arguments: try SmallNetwork.graphs())
  func shardsInOnePassEqualPassesOfOneShard(network: SmallNetwork) {
    let subnet = network.subnets[2]
    let size = SmallNetwork.imagesPerShard
    for kernels in KernelSet.runnable {
      withWorkbench(kernels) { bench in
        let executor = network.executor(bench)
        let together = network.train(subnet, with: executor, bench)
        for shard in 0..<SmallNetwork.shards {
          let alone = network.train(
            subnet, images: shard * size..<(shard + 1) * size, shards: 1, with: executor, bench)
          #expect(alone.sums == [together.sums[shard]], "\(kernels.choice)")
          expectEqualBits(
            alone.gradients[0], together.gradients[shard], "\(kernels.choice), shard \(shard)")
        }
      }
    }
  }

  @Test(arguments: try SmallNetwork.graphs()) func threadsDoNotMatter(network: SmallNetwork) {
    let subnet = network.subnets[3]
    let results = [1, 2, 3].map { threads in
      withWorkbench(KernelSet.runnable[0], threads: threads) { bench in
        network.train(subnet, with: network.executor(bench), bench)
      }
    }
    for other in results.dropFirst() {
      #expect(other.sums == results[0].sums)
      for (gradient, twin) in zip(other.gradients, results[0].gradients) {
        expectEqualBits(gradient, twin, "gradient")
      }
    }
  }

  /// Working memory holds what earlier passes left; none of it may be read.
  @Test(arguments: try SmallNetwork.graphs()) func passesLeaveNothingBehind(network: SmallNetwork) {
    withWorkbench(KernelSet.runnable[0]) { bench in
      let used = network.executor(bench)
      for (index, subnet) in network.subnets.enumerated() {
        let images = 0..<2 * (1 + index % 4)
        let again = network.train(subnet, images: images, shards: 2, with: used, bench)
        let fresh = network.train(
          subnet, images: images, shards: 2, with: network.executor(bench), bench)
        #expect(again.sums == fresh.sums)
        for (gradient, twin) in zip(again.gradients, fresh.gradients) {
          expectEqualBits(gradient, twin, "gradient of subnet \(index)")
        }
        let statistics = network.statistics(subnet, images: images, with: used, bench)
        #expect(
          network.evaluate(subnet, images: images, statistics: statistics, with: used, bench)
            == network.evaluate(
              subnet, images: images, statistics: statistics, with: network.executor(bench), bench))
      }
    }
  }

  /// A power of two passes through every product and sum without rounding.
  @Test(arguments: try SmallNetwork.graphs()) func lossScaleScalesGradients(network: SmallNetwork) {
    let subnet = network.subnets[1]
    withWorkbench(KernelSet.runnable[0]) { bench in
      let executor = network.executor(bench)
      let whole = network.train(subnet, lossScale: 1, with: executor, bench)
      let half = network.train(subnet, lossScale: 0.5, with: executor, bench)
      #expect(whole.sums == half.sums)
      for (gradient, twin) in zip(half.gradients, whole.gradients) {
        expectEqualBits(gradient, twin.map { $0 / 2 }, "gradient")
      }
    }
  }

  /// A network for images three times as large on images shrunk by three is the network for the small ones.
  @Test(arguments: try SmallNetwork.graphs()) func shrunkImagesAreImages(
    network: SmallNetwork
  ) throws {
    let small = network.space.architecture
    let image = FeatureShape(
      channels: small.channels, height: 3 * small.height, width: 3 * small.width)
    let large = try SearchSpace(
      Architecture(name: small.name, image: image, classes: small.classes, nodes: small.nodes),
      ranges: network.space.ranges)
    for subnet in network.subnets {
      withWorkbench(KernelSet.runnable[0]) { bench in
        let expected = network.train(subnet, with: network.executor(bench), bench)
        let found = network.train(
          subnet, shrunkBy: 3,
          with: Executor(space: large, layout: network.layout, context: bench.context), bench)
        #expect(found.sums == expected.sums)
        for (gradient, twin) in zip(found.gradients, expected.gradients) {
          expectEqualBits(gradient, twin, "gradient")
        }
      }
    }
  }

  @Test func imagesOfAnotherSizeAreRefused() async throws {
    await #expect(processExitsWith: .failure) {
      let network = try SmallNetwork.residual()
      withWorkbench(KernelSet.runnable[0]) { bench in
        [Float](repeating: 0, count: 29).withUnsafeBufferPointer { pixels in
          _ = network.executor(bench).statistics(
            of: network.fullSubnet, on: LabelledImages(pixels: pixels, labels: [0]),
            parameters: bench.block(network.parameters))
        }
      }
    }
  }
}
