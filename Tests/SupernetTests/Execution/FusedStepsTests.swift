import Engine
import Randomness
import Supernet
import TestSupport
import Testing

/// Which steps an inference pass takes together.
@Suite struct FusedStepsTests {
  /// Those of more than a convolution and its normalisation.
  private func fused(_ executor: Executor) -> [FusedSteps] {
    executor.fused.compactMap(\.self).filter { $0.kind != .normalized }
  }

  private func named(_ network: String, side: Int) throws -> [FusedSteps] {
    try fused(Executor(named: network, side: side))
  }

  private func residualSum(_ first: Int) -> FusedSteps {
    FusedSteps(kind: .residualSum, range: first..<first + 3)
  }

  private func inverted(_ first: Int, isExpanded: Bool = true) -> FusedSteps {
    let window = isExpanded ? first + 2 : first
    return FusedSteps(kind: .invertedResidual(window: window), range: first..<window + 3)
  }

  /// 17 blocks, of which the first has no expansion; each ends with a normalisation, ten with a sum.
  @Test func everyBlockOfMobileNetV2IsOne() throws {
    let blocks = try named("mobilenet-v2", side: 224)
    #expect(blocks.prefix(3) == [inverted(2, isExpanded: false), inverted(6), inverted(12)])
    #expect(blocks.count == 17)
    #expect(blocks.dropFirst().allSatisfy { $0 == inverted($0.range.lowerBound) })
  }

  @Test func everyBlockOfTheBenchmarksMobileNetIsOne() throws {
    let blocks = try named("cbm-mobilenet", side: 32)
    #expect(blocks.map(\.range.count).allSatisfy { $0 == 5 } && blocks.count == 4)
  }

  /// The last convolution of each of 16 blocks, or the projection beside it.
  @Test func everySumOfResNet50BelongsToAConvolution() throws {
    let sums = try named("resnet50", side: 224)
    #expect(sums.count == 16)
    #expect(sums.allSatisfy { $0 == residualSum($0.range.lowerBound) })
  }

  /// Its strided block has no sum.
  @Test func theBenchmarksResNetHasFourSums() throws {
    #expect(
      try named("cbm-resnet", side: 32).map(\.kind) == .init(repeating: .residualSum, count: 4))
  }

  /// Every convolution of ResNet-50 is normalised: 53 of them, 16 with a sum.
  @Test func convolutionsNormaliseWhatTheyWrite() throws {
    let executor = try Executor(named: "resnet50", side: 224)
    let normalized = executor.fused.compactMap(\.self).filter { $0.kind == .normalized }
    #expect(normalized.count == 53 - 16)
    #expect(normalized.first?.range == 0..<2)
  }

  /// What is wrong with a chain of five steps behind a stem of two.
  enum Defect: CaseIterable {
    case none, expansionIsWide, expansionIsBare, windowIsBare, projectionIsWide, projectionIsStrided
    case expansionIsReadTwice, windowIsReadTwice
  }

  @Test(arguments: Defect.allCases) func onlyWholeChainsAreTaken(defect: Defect) throws {
    var graph = ArchitectureBuilder(
      name: "chain", image: FeatureShape(channels: 3, height: 8, width: 8), classes: 4)
    graph.convolution("stem", outputs: 6, kernel: 3)
    graph.batchNormalization("bn0")
    graph.convolution("expand", outputs: 12, kernel: defect == .expansionIsWide ? 3 : 1)
    if defect != .expansionIsBare { graph.batchNormalization("bn1") }
    let wide = graph.activation("relu1")
    graph.depthwiseConvolution("window", kernel: 3)
    if defect != .windowIsBare { graph.batchNormalization("bn2") }
    let filtered = graph.activation("relu2")
    graph.convolution(
      "project", outputs: 12, kernel: defect == .projectionIsWide ? 3 : 1,
      stride: defect == .projectionIsStrided ? 2 : 1)
    graph.batchNormalization("bn3")
    if defect == .expansionIsReadTwice { graph.add("add", wide, graph.activation("relu3")) }
    if defect == .windowIsReadTwice { graph.add("add", filtered, graph.activation("relu3")) }
    let found = try fused(Executor(graph.classified(pooling: "pool", by: "fc")))
    switch defect {
    case .none: #expect(found == [inverted(2)])
    // The window and what is behind it are a chain of their own.
    case .expansionIsWide, .expansionIsBare, .expansionIsReadTwice:
      #expect(found == [inverted(4, isExpanded: false)])
    case .windowIsReadTwice: #expect(found == [residualSum(6)])
    case .windowIsBare, .projectionIsWide, .projectionIsStrided:
      #expect(found.isEmpty)
    }
  }

  /// A candidate is remembered, and goes on, at every cut: between blocks and inside them; its weights are packed once.
  @Test func rememberingChangesNoBit() throws {
    let network = try SmallNetwork.chained()
    var random = RandomStream(seed: 5, purpose: .testing)
    try withWorkbench(KernelSet.runnable[0], threads: 2) { bench in
      let executor = network.executor(bench)
      let cache = PrefixCache(executor, images: 2 * SmallNetwork.images, bytes: .max)
      let inside = cache.steps.filter { cut in
        fused(executor).contains { $0.range.dropFirst().contains(cut) }
      }
      #expect(!inside.isEmpty, "a cut lies inside a block")
      let weights = SubnetWeights()
      for _ in 0..<40 {
        let widths = Widths(
          bins: network.space.ranges.map { $0.total - random.integer(below: 2) })
        let subnet = network.space.leftSubnet(of: widths)
        cache.open(subnet, sharedGroups: random.integer(in: 0...widths.bins.count))
        weights.open(subnet)
        let known = cache.knownStatistics
        let statistics =
          known
          + network.statistics(
            subnet, remembering: cache.calibration(0), keeping: weights, with: executor, bench)
        cache.close(statistics)
        let fresh = network.executor(bench)
        try #require(statistics == network.statistics(subnet, with: fresh, bench))
        #expect(
          network.evaluate(
            subnet, statistics: statistics, remembering: cache.evaluation(0), keeping: weights,
            with: executor, bench)
            == network.evaluate(subnet, statistics: statistics, with: fresh, bench))
      }
    }
  }

  /// Where a later candidate may go on inside a block, the block runs layer by layer and is remembered there: of what lies
  /// in front, nothing is computed again.
  @Test func blocksAreRememberedInside() throws {
    let network = try SmallNetwork.chained()
    let space = network.space
    let expansion = try #require(
      space.architecture.nodes.firstIndex { $0.name == "expand2" })
    let damaged = try SmallNetwork(
      space,
      parameters: network.parameters.enumerated().map { place, value in
        network.layout.weight(ofNode: expansion).range.contains(place) ? -value : value
      })
    // Only what lies behind the window of that block differs.
    let group = try #require(space.group(ofNode: expansion))
    let first = space.leftSubnet(of: space.fullWidths)
    var bins = space.fullWidths.bins
    bins[group + 1] -= 1
    let second = space.leftSubnet(of: Widths(bins: bins))
    withWorkbench(KernelSet.runnable[0]) { bench in
      let executor = network.executor(bench)
      let cache = PrefixCache(executor, images: 2 * SmallNetwork.images, bytes: .max)
      for (subnet, weights) in [(first, network), (second, damaged)] {
        cache.open(subnet, sharedGroups: bins.count)
        let known = cache.knownStatistics
        let found =
          known
          + weights.statistics(
            subnet, remembering: cache.calibration(0), with: executor, bench)
        cache.close(found)
        let sums = weights.evaluate(
          subnet, statistics: found, remembering: cache.evaluation(0), with: executor, bench)
        let fresh = network.executor(bench)
        #expect(found == network.statistics(subnet, with: fresh, bench))
        #expect(sums == network.evaluate(subnet, statistics: found, with: fresh, bench))
      }
    }
  }
}
