import Engine
import Supernet
import TestSupport
import Testing

/// The executor against the whole network in double precision.
@Suite struct NetworkGradientTests {
  static let images = 4
  static let smoothing = 0.1

  static func networks() throws -> [SmallNetwork] {
    try [.residual(), .inverted(), .unusual()]
  }

  /// Single precision loses a few units in the last place in each of about ten layers.
  @Test(arguments: try networks()) func lossMeetsItsTwin(network: SmallNetwork) {
    let twin = NaiveNetwork(network: network).loss(
      parameters: network.parameters.map(Double.init), images: Self.images,
      smoothing: Self.smoothing)
    for kernels in KernelSet.runnable {
      let loss = withWorkbench(kernels) { bench in train(network, bench).sums[0].loss }
      #expect(abs(loss / Double(Self.images) - twin) < 1e-5 * twin, "\(kernels.choice)")
    }
  }

  private func train(_ network: SmallNetwork, _ bench: Workbench) -> TrainingResult {
    network.train(
      network.fullSubnet, images: 0..<Self.images, shards: 1, lossScale: 1 / Double(Self.images),
      smoothing: Self.smoothing, with: network.executor(bench), bench)
  }

  /// Along a seeded direction of each array, the twin's loss moves as the executor's gradient says.
  @Test(arguments: try networks()) func gradientMeetsFiniteDifferences(network: SmallNetwork) {
    let twin = NaiveNetwork(network: network)
    let gradients = KernelSet.runnable.map { kernels in
      withWorkbench(kernels) { bench in train(network, bench).gradients[0] }
    }
    for (place, tensor) in network.layout.tensors.enumerated() {
      let direction = seededNumbers(tensor.range.count, seed: 200 + place).map(Double.init)
      func loss(at h: Double) -> Double {
        var parameters = network.parameters.map(Double.init)
        for (element, step) in zip(tensor.range, direction) { parameters[element] += h * step }
        return twin.loss(parameters: parameters, images: Self.images, smoothing: Self.smoothing)
      }
      // Small against the distance to the next corner of an activation, large against rounding.
      let h = 1e-6
      let slope = (loss(at: h) - loss(at: -h)) / (2 * h)
      for gradient in gradients {
        let terms = zip(tensor.range, direction).map { Double(gradient[$0]) * $1 }
        let size = terms.reduce(0) { $0 + abs($1) }
        #expect(
          abs(terms.reduce(0, +) - slope) < 1e-5 * max(size, 0.01), "gradient of \(tensor.name)")
      }
    }
  }
}
