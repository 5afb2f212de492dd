import Engine
import TestSupport
import Testing

/// Packed weights serve passes that compute the layer the same way, until they are forgotten.
@Suite struct KeptWeightsTests {
  private static let layer = LayerCase(kernel: 3, stride: 1, inputs: 32, outputs: 32)

  private func forward(
    side: Int, weightsSeed: Int, keptIn kept: KeptWeights?, _ bench: Workbench
  ) -> [Float] {
    let shape = FeatureMap.Shape(images: 1, height: side, width: side, channels: 32)
    let output = bench.blankMap(shape)
    Convolution(kernel: 3, stride: 1).forward(
      Operand(bench.map(shape, seededNumbers(shape.pixels * 32, seed: 1))),
      weights: bench.block(seededNumbers(Self.layer.weightCount, seed: weightsSeed)),
      filter: Self.layer.filter, output: output, keptIn: kept, in: bench.context)
    return output.raw
  }

  @Test(arguments: [ConvolutionChoice.direct, .winograd])
  func weightsAreKeptUntilTheyAreForgotten(convolution: ConvolutionChoice) {
    withWorkbench(KernelSet.runnable[0], threads: 2, convolution: convolution) { bench in
      let (first, second) = (
        forward(side: 8, weightsSeed: 2, keptIn: nil, bench),
        forward(side: 8, weightsSeed: 3, keptIn: nil, bench)
      )
      let kept = KeptWeights()
      expectEqualBits(forward(side: 8, weightsSeed: 2, keptIn: kept, bench), first, "packed")
      expectEqualBits(forward(side: 8, weightsSeed: 3, keptIn: kept, bench), first, "kept")
      kept.forget()
      expectEqualBits(forward(side: 8, weightsSeed: 3, keptIn: kept, bench), second, "anew")
      #expect(first != second)
    }
  }

  /// Maps of 8x8 pixels are computed by Winograd's transforms, those of 5x5 directly.
  @Test func imagesOfAnotherSizeMayNeedThemInAnotherForm() {
    withWorkbench(KernelSet.runnable[0], convolution: .auto) { bench in
      let kept = KeptWeights()
      for side in [8, 5, 8, 5] {
        expectEqualBits(
          forward(side: side, weightsSeed: 2, keptIn: kept, bench),
          forward(side: side, weightsSeed: 2, keptIn: nil, bench), "\(side)")
      }
    }
  }
}
