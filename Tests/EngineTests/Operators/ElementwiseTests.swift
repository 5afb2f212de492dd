import Engine
import TestSupport
import Testing

/// One rounding at most: single-precision results are known to the bit.
@Suite struct ElementwiseTests {
  static let shapes = [
    FeatureMap.Shape(images: 1, height: 1, width: 1, channels: 1),
    FeatureMap.Shape(images: 3, height: 2, width: 3, channels: 17),
    FeatureMap.Shape(images: 2, height: 9, width: 5, channels: 40),
    // More than one piece of work.
    FeatureMap.Shape(images: 3, height: 16, width: 16, channels: 72),
  ]

  private func numbers(_ shape: FeatureMap.Shape, seed: Int) -> DenseMap {
    // Reaches beyond both corners of ReLU6, and onto them.
    DenseMap(
      shape,
      seededNumbers(shape.pixels * shape.channels, seed: seed).map {
        abs($0) < 0.1 ? 0 : 5 * $0 + 2.5
      })
  }

  @Test(arguments: shapes, [FusedActivation.none, .relu, .relu6])
  func sumAndActivationAreExact(shape: FeatureMap.Shape, activation: FusedActivation) {
    let (a, b) = (numbers(shape, seed: 1), numbers(shape, seed: 2))
    let sums = zip(a.values, b.values).map { Float(activation(Double(Float($0) + Float($1)))) }
    let activated = a.values.map { Float(activation($0)) }
    for kernels in KernelSet.runnable {
      for bytes in [Int.max, 0] {
        withWorkbench(kernels, streamedBytes: bytes) { bench in
          let operation = Elementwise(activation: activation)
          let (first, second) = (bench.map(a), bench.map(b))
          let output = bench.blankMap(shape)
          operation.add(Operand(first), Operand(second), output: output, in: bench.context)
          #expect(output.dense() == sums, "\(kernels.choice), \(bytes)")
          output.expectZeroPadding("\(kernels.choice) sum")
          operation.apply(first, output: output, in: bench.context)
          #expect(output.dense() == activated, "\(kernels.choice), \(bytes)")
          operation.add(Operand(first), Operand(second), output: first, in: bench.context)
          #expect(first.dense() == sums, "\(kernels.choice) in place")
          first.expectZeroPadding("\(kernels.choice) sum in place")
        }
      }
    }
  }

  @Test(arguments: shapes, [FusedActivation.none, .relu, .relu6])
  func gradientPassesWhereTheSlopeIsOne(shape: FeatureMap.Shape, activation: FusedActivation) {
    let (input, gradient) = (numbers(shape, seed: 1), DenseMap(shape, seed: 2))
    let expected = zip(input.values, gradient.values).map { x, g in
      Float(activation.slope(at: x) * g)
    }
    for kernels in KernelSet.runnable {
      withWorkbench(kernels) { bench in
        let operation = Elementwise(activation: activation)
        let output = bench.blankMap(shape)
        operation.apply(bench.map(input), output: output, in: bench.context)
        let result = bench.map(gradient)
        operation.backward(gradient: result, output: output, result: result, in: bench.context)
        #expect(result.dense() == expected, "\(kernels.choice)")
        result.expectZeroPadding("\(kernels.choice) gradient")
      }
    }
  }

  @Test(arguments: shapes) func accumulationIsExact(shape: FeatureMap.Shape) {
    let (a, b) = (numbers(shape, seed: 1), numbers(shape, seed: 2))
    let sums = zip(a.values, b.values).map { Float($0) + Float($1) }
    for kernels in KernelSet.runnable {
      withWorkbench(kernels) { bench in
        let target = bench.map(a)
        Elementwise.accumulate(bench.map(b), into: target, in: bench.context)
        #expect(target.dense() == sums, "\(kernels.choice)")
        target.expectZeroPadding("\(kernels.choice) sum")
      }
    }
  }

  /// The loss `<activation(a + b), y>` moves along a direction as the gradient says.
  @Test(arguments: [FusedActivation.relu, .relu6])
  func gradientMeetsAFiniteDifference(activation: FusedActivation) {
    let shape = FeatureMap.Shape(images: 2, height: 3, width: 3, channels: 5)
    // Odd multiples of 1/8 stay off the corners.
    let input = DenseMap(shape, seededNumbers(90, seed: 3).map { (32 * $0).rounded() / 4 + 0.125 })
    let (direction, gradient) = (DenseMap(shape, seed: 4), DenseMap(shape, seed: 5))
    let slope = centralDifference { h in
      shape.places.reduce(0) {
        $0 + activation(input[$1] + h * direction[$1]) * gradient[$1]
      }
    }
    for kernels in KernelSet.runnable {
      withWorkbench(kernels) { bench in
        let operation = Elementwise(activation: activation)
        let (output, result) = (bench.blankMap(shape), bench.blankMap(shape))
        operation.apply(bench.map(input), output: output, in: bench.context)
        operation.backward(
          gradient: bench.map(gradient), output: output, result: result, in: bench.context)
        #expect(abs(dot(result.dense(), direction.values) - slope) < 1e-5, "\(kernels.choice)")
      }
    }
  }

  @Test func notANumberPassesActivations() {
    let shape = FeatureMap.Shape(images: 1, height: 1, width: 1, channels: 1)
    for kernels in KernelSet.runnable {
      withWorkbench(kernels) { bench in
        for activation in [FusedActivation.none, .relu, .relu6] {
          let map = bench.map(DenseMap(shape, [Double.nan]))
          Elementwise(activation: activation).apply(map, output: map, in: bench.context)
          #expect(map.dense()[0].isNaN, "\(kernels.choice)")
          Elementwise(activation: activation).add(
            Operand(map), Operand(map), output: map, in: bench.context)
          #expect(map.dense()[0].isNaN, "\(kernels.choice), sum")
        }
      }
    }
  }
}
