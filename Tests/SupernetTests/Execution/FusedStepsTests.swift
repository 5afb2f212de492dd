import Engine
import Supernet
import Testing

/// Which steps an inference pass takes together.
@Suite struct FusedStepsTests {
  private func kinds(_ network: String, side: Int) throws -> [FusedSteps.Kind: Int] {
    let architecture = try Architecture.named(
      network, image: FeatureShape(channels: 3, height: side, width: side), classes: 10)
    let executor = Executor(
      space: try SearchSpace(architecture), layout: ParameterLayout(architecture),
      context: EngineContext(kernels: try KernelSet.select(.auto), threads: ThreadPool(threads: 1)))
    return executor.fused.reduce(into: [:]) { counts, fused in
      if let fused { counts[fused.kind, default: 0] += 1 }
    }
  }

  /// 17 blocks, of which the first has no expansion.
  @Test func everyBlockOfMobileNetV2IsOne() throws {
    #expect(
      try kinds("mobilenet-v2", side: 224) == [
        .invertedResidual(isExpanded: true): 16, .invertedResidual(isExpanded: false): 1,
      ])
  }

  /// The last convolution of each of 16 blocks, or the projection beside it.
  @Test func everySumOfResNet50BelongsToAConvolution() throws {
    #expect(try kinds("resnet50", side: 224) == [.residualSum: 16])
  }

  /// Its strided block has no sum.
  @Test func theBenchmarksResNetHasFourSums() throws {
    #expect(try kinds("cbm-resnet", side: 32) == [.residualSum: 4])
  }
}
