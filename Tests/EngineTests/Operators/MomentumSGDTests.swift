import Engine
import TestSupport
import Testing

@Suite struct MomentumSGDTests {
  /// Starts, ends and lengths that are no multiples of a vector; elements outside stay as they are.
  @Test(
    arguments: [0..<1, 3..<20, 16..<64, 5..<1_000, 7..<40_000],
    [(false, Float.infinity), (true, .infinity), (true, 0.5)])
  func stepMeetsItsTwin(range: Range<Int>, _ rule: (nesterov: Bool, clipValue: Float)) {
    let (nesterov, limit) = rule
    let count = range.upperBound + 9
    let (weights, velocities, gradients) = (
      seededNumbers(count, seed: 1), seededNumbers(count, seed: 2), seededNumbers(count, seed: 3)
    )
    let (rate, momentum, decay): (Float, Float, Float) = (0.25, 0.875, 0.03125)
    let steps = range.map {
      naiveMomentumStep(
        weight: Double(weights[$0]), velocity: Double(velocities[$0]),
        gradient: Double(
          abs(gradients[$0]) > limit ? (gradients[$0] > 0 ? limit : -limit) : gradients[$0]),
        rate: Double(rate), momentum: Double(momentum), decay: Double(decay), nesterov: nesterov)
    }
    for kernels in KernelSet.runnable {
      withWorkbench(kernels, threads: 2) { bench in
        let (weightBlock, velocityBlock) = (bench.block(weights), bench.block(velocities))
        MomentumSGD(momentum: momentum, nesterov: nesterov, clipValue: limit).step(
          weights: weightBlock, momenta: velocityBlock, gradients: bench.block(gradients),
          range: range, rate: rate, decay: decay, in: bench.context)
        let (newWeights, newVelocities) = (
          Array(UnsafeBufferPointer(start: weightBlock, count: count)),
          Array(UnsafeBufferPointer(start: velocityBlock, count: count))
        )
        let choice = kernels.choice
        expectClose(Array(newWeights[range]), steps.map(\.weight.expected), "\(choice) weights")
        expectClose(
          Array(newVelocities[range]), steps.map(\.velocity.expected), "\(choice) velocities")
        for outside in [0..<range.lowerBound, range.upperBound..<count] {
          #expect(newWeights[outside] == weights[outside])
          #expect(newVelocities[outside] == velocities[outside])
        }
      }
    }
  }

  /// A gradient that is no number must not become a step like any other.
  @Test func clippingHidesNoBrokenGradient() {
    let gradients: [Float] = [.nan, .infinity, -.infinity, 0.5, -0.5, 0.25]
    for kernels in KernelSet.runnable {
      withWorkbench(kernels) { bench in
        let weights = bench.block([Float](repeating: 0, count: 6))
        MomentumSGD(momentum: 0, nesterov: false, clipValue: 0.5).step(
          weights: weights, momenta: bench.block([Float](repeating: 0, count: 6)),
          gradients: bench.block(gradients), range: 0..<6, rate: 1, decay: 0, in: bench.context)
        #expect(weights[0].isNaN)
        #expect((1..<6).map { weights[$0] } == [-0.5, 0.5, -0.5, 0.5, -0.25])
      }
    }
  }
}
