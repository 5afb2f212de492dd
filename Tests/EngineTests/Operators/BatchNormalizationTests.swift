import Engine
import TestSupport
import Testing

/// A normalisation of some shards, each with its twin.
private struct NormalizationData {
  let shape: FeatureMap.Shape
  let shards: Int
  let activation: FusedActivation
  let slice: ChannelSlice
  let fullChannels: Int
  let input, gradient: DenseMap
  let gamma, beta: [Float]

  init(_ layer: NormalizationCase, activation: FusedActivation) {
    shape = FeatureMap.Shape(
      images: layer.shards * layer.imagesPerShard, height: layer.height, width: layer.width,
      channels: layer.channels)
    shards = layer.shards
    self.activation = activation
    slice = layer.slice.slice(keeping: layer.channels)
    fullChannels = layer.slice.fullChannels(keeping: layer.channels)
    // Off zero, so that means matter.
    let seed = layer.channels
    var input = DenseMap(shape, seed: seed)
    input.values = input.values.map { Double(Float($0 + 0.5)) }
    self.input = input
    gradient = DenseMap(shape, seed: seed + 1)
    // Wide enough to reach both corners of ReLU6.
    gamma = seededNumbers(fullChannels, seed: seed + 2).map { 4 * $0 }
    beta = seededNumbers(fullChannels, seed: seed + 3).map { 2 * $0 + 2 }
  }

  var operation: BatchNormalization { BatchNormalization(activation: activation) }
  private var imagesPerShard: Int { shape.images / shards }

  func images(ofShard shard: Int) -> Range<Int> {
    shard * imagesPerShard..<(shard + 1) * imagesPerShard
  }

  func twin(ofShard shard: Int) -> NaiveBatchNormalization {
    NaiveBatchNormalization(
      input.images(images(ofShard: shard)), gamma: slice.channels.map { Double(gamma[$0]) },
      beta: slice.channels.map { Double(beta[$0]) }, activation: activation)
  }

  /// Forward, then backward with gradients added to 1.
  func run(_ bench: Workbench) -> NormalizationRun {
    let input = bench.map(input)
    let output = bench.blankMap(shape)
    let state = bench.state(shards: shards, shape: shape)
    let statistics = BatchNormalization.statistics(of: input, shards: shards, in: bench.context)
    operation.forward(
      input, statistics: statistics, gamma: bench.block(gamma), beta: bench.block(beta),
      channels: slice, state: state
    ).write(to: output, in: bench.context)
    let gradient = bench.map(gradient)
    let ones = [Float](repeating: 1, count: fullChannels)
    let gammas = (0..<shards).map { _ in bench.block(ones) }
    let betas = (0..<shards).map { _ in bench.block(ones) }
    operation.backward(
      input, gradient: gradient, result: gradient, state: state, channels: slice,
      gammaGradients: .added(to: gammas), betaGradients: .added(to: betas), in: bench.context
    ).resolve(in: bench.context)
    func values(_ blocks: [UnsafeMutablePointer<Float>]) -> [[Float]] {
      blocks.map { Array(UnsafeBufferPointer(start: $0, count: fullChannels)) }
    }
    return NormalizationRun(
      statistics: statistics, output: output, inputGradient: gradient,
      gammaGradients: values(gammas), betaGradients: values(betas))
  }
}

private struct NormalizationRun {
  let statistics: [ChannelStatistics]
  let output, inputGradient: FeatureMap
  let gammaGradients, betaGradients: [[Float]]
}

struct NormalizationCase: CustomTestStringConvertible, Sendable {
  var shards = 1
  var imagesPerShard = 2
  var height = 3
  var width = 5
  var channels = 3
  var slice = SliceKind.all
  var testDescription: String {
    "\(shards) shards of \(imagesPerShard) images \(height)x\(width)x\(channels), \(slice)"
  }

  static let all = [
    NormalizationCase(imagesPerShard: 2, height: 1, width: 1, channels: 1),
    NormalizationCase(
      shards: 2, imagesPerShard: 1, height: 2, width: 3, channels: 17, slice: .right),
    NormalizationCase(
      shards: 1, imagesPerShard: 5, height: 7, width: 7, channels: 16, slice: .left),
    NormalizationCase(
      shards: 3, imagesPerShard: 1, height: 9, width: 5, channels: 33, slice: .twoSpans),
    NormalizationCase(
      shards: 2, imagesPerShard: 2, height: 3, width: 3, channels: 72, slice: .twoSpans),
    // 1 280 pixels of 16 floats are more than one chunk.
    NormalizationCase(
      shards: 1, imagesPerShard: 5, height: 16, width: 16, channels: 3, slice: .right),
  ]
}

@Suite struct BatchNormalizationTests {
  @Test(arguments: NormalizationCase.all) func statisticsMeetTheirTwins(layer: NormalizationCase) {
    let data = NormalizationData(layer, activation: .none)
    for kernels in KernelSet.runnable {
      let found = withWorkbench(kernels) { bench in
        BatchNormalization.statistics(
          of: bench.map(data.input), shards: data.shards, in: bench.context)
      }
      for (shard, statistics) in found.enumerated() {
        let twin = data.twin(ofShard: shard)
        for channel in 0..<layer.channels {
          let values = (0..<twin.input.shape.pixels).map {
            twin.input.values[$0 * layer.channels + channel]
          }
          let (mean, variance) = (twin.mean[channel], twin.variance[channel])
          let size = values.reduce(0) { $0 + abs($1) } / Double(values.count)
          let shift = roundingTolerance(summands: values.count, magnitude: size)
          #expect(abs(statistics.mean[channel] - mean) <= shift)
          // Deviations are taken from a rounded centre, which shifts each by no more than the mean's error.
          #expect(
            abs(statistics.variance[channel] - variance)
              <= roundingTolerance(summands: values.count, magnitude: variance) + shift * shift)
        }
      }
    }
  }

  /// A channel's bits do not depend on how many are taken at once: some operators take panels, others whole pixels.
  @Test(arguments: [1, 2, 3, 8, 255])
  func momentsOfAChannelDoNotDependOnItsNeighbours(pixels: Int) {
    for kernels in KernelSet.runnable {
      withWorkbench(kernels) { bench in
        let stride = 7 * kernels.lanes
        let x = bench.block(seededNumbers(pixels * stride, seed: pixels))
        for vectors in 1...7 {
          let channels = vectors * kernels.lanes
          let found = bench.blankBlock(2 * channels)
          kernels.chunkMoments(x, pixels, stride, channels, found, found + channels)
          for channel in 0..<channels {
            let first = channel / kernels.lanes * kernels.lanes
            let alone = bench.blankBlock(2 * kernels.lanes)
            kernels.chunkMoments(
              x + first, pixels, stride, kernels.lanes, alone, alone + kernels.lanes)
            let values = (0..<pixels).map { Double(x[$0 * stride + channel]) }
            let mean = values.reduce(0, +) / Double(pixels)
            let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            let lane = channel - first
            #expect(found[channel] == alone[lane])
            #expect(found[channels + channel] == alone[kernels.lanes + lane])
            #expect(abs(Double(found[channel]) - mean) < 1e-6)
            #expect(abs(Double(found[channels + channel]) - squares) < 1e-5 * (1 + squares))
          }
        }
      }
    }
  }

  @Test(
    arguments: NormalizationCase.all, [FusedActivation.none, .relu, .relu6])
  func forwardAndBackwardMeetTheirTwins(layer: NormalizationCase, activation: FusedActivation) {
    let data = NormalizationData(layer, activation: activation)
    let twins = (0..<data.shards).map { data.twin(ofShard: $0) }
    expectNoCorners(twins)
    let outputs = twins.flatMap { expectedOutputs($0) }
    let inputGradients = twins.enumerated().flatMap { shard, twin in
      twin.inputGradients(data.gradient.images(data.images(ofShard: shard)))
    }
    for kernels in KernelSet.runnable {
      withWorkbench(kernels) { bench in
        let run = data.run(bench)
        expectClose(run.output.dense(), outputs, "\(kernels.choice) output")
        expectClose(run.inputGradient.dense(), inputGradients, "\(kernels.choice) input gradient")
        run.output.expectZeroPadding("\(kernels.choice) output")
        run.inputGradient.expectZeroPadding("\(kernels.choice) input gradient")
        for (shard, twin) in twins.enumerated() {
          expectParameterGradients(data, twin, run, shard: shard, "\(kernels.choice)")
        }
      }
    }
  }

  /// A value whose slope rounding could change proves nothing.
  private func expectNoCorners(_ twins: [NaiveBatchNormalization]) {
    for twin in twins {
      for place in twin.input.shape.places {
        #expect(twin.activation.distanceToCorner(twin.beforeActivation(at: place)) > 1e-5)
      }
    }
  }

  /// `x * scale + shift`, where `shift` itself is `beta - mean * scale`, and statistics are off by roundings of
  /// all pixels: no channel has more than `pixels + 4` roundings.
  private func expectedOutputs(_ twin: NaiveBatchNormalization) -> [Expected] {
    twin.input.shape.places.map { place in
      let channel = place.channel
      let scale =
        twin.gamma[channel]
        / (twin.variance[channel] + BatchNormalization.epsilon).squareRoot()
      let magnitude =
        abs(scale * twin.input[place]) + abs(scale * twin.mean[channel]) + abs(twin.beta[channel])
      return Expected(
        twin.output(at: place),
        within: roundingTolerance(summands: twin.input.shape.pixels + 4, magnitude: magnitude))
    }
  }

  private func expectParameterGradients(
    _ data: NormalizationData, _ twin: NaiveBatchNormalization, _ run: NormalizationRun, shard: Int,
    _ kernels: String
  ) {
    let gradient = data.gradient.images(data.images(ofShard: shard))
    let start = [Float](repeating: 1, count: data.fullChannels)
    var gammas = [Expected?](repeating: nil, count: data.fullChannels)
    var betas = gammas
    for (channel, full) in data.slice.channels.enumerated() {
      var (gamma, beta) = twin.parameterGradients(gradient, channel: channel)
      gamma.add(1)
      beta.add(1)
      gammas[full] = gamma.expected
      betas[full] = beta.expected
    }
    expectSlicedGradient(run.gammaGradients[shard], gammas, start: start, "\(kernels) gamma")
    expectSlicedGradient(run.betaGradients[shard], betas, start: start, "\(kernels) beta")
  }

  /// The loss `<normalised(x), y>` moves along a direction as the gradients say.
  @Test(arguments: [FusedActivation.none, .relu, .relu6])
  func gradientsMeetFiniteDifferences(activation: FusedActivation) {
    let layer = NormalizationCase(imagesPerShard: 3, channels: 5)
    let data = NormalizationData(layer, activation: activation)
    let direction = DenseMap(data.shape, seed: 41)
    let gammaDirection = seededNumbers(5, seed: 42).map(Double.init)
    let betaDirection = seededNumbers(5, seed: 43).map(Double.init)
    func moved(_ values: [Double], _ direction: [Double], _ h: Double) -> [Double] {
      zip(values, direction).map { $0 + h * $1 }
    }
    let slope = centralDifference { h in
      let twin = NaiveBatchNormalization(
        DenseMap(data.shape, moved(data.input.values, direction.values, h)),
        gamma: moved(data.gamma.map(Double.init), gammaDirection, h),
        beta: moved(data.beta.map(Double.init), betaDirection, h), activation: activation)
      return data.shape.places.reduce(0) { $0 + twin.output(at: $1) * data.gradient[$1] }
    }
    for kernels in KernelSet.runnable {
      withWorkbench(kernels) { bench in
        let run = data.run(bench)
        let predicted =
          dot(run.inputGradient.dense(), direction.values)
          + dot(run.gammaGradients[0].map { $0 - 1 }, gammaDirection)
          + dot(run.betaGradients[0].map { $0 - 1 }, betaDirection)
        #expect(abs(predicted - slope) < 1e-5 * max(1, abs(slope)), "\(kernels.choice)")
      }
    }
  }

  /// One statistic for all images, as inference has it.
  @Test func givenStatisticsServeEveryImage() {
    let layer = NormalizationCase(imagesPerShard: 3, channels: 17, slice: .right)
    let data = NormalizationData(layer, activation: .relu)
    let twin = data.twin(ofShard: 0)
    let expected = expectedOutputs(twin)
    for kernels in KernelSet.runnable {
      withWorkbench(kernels) { bench in
        let map = bench.map(data.input)
        data.operation.forward(
          map, statistics: [ChannelStatistics(mean: twin.mean, variance: twin.variance)],
          gamma: bench.block(data.gamma), beta: bench.block(data.beta), channels: data.slice,
          state: bench.state(shards: 1, shape: data.shape)
        ).write(to: map, in: bench.context)
        expectClose(map.dense(), expected, "\(kernels.choice) output in place")
      }
    }
  }

  @Test func unevenShardsAreRefused() async throws {
    await #expect(processExitsWith: .failure) {
      try withWorkbench(KernelSet.select(.portable)) { bench in
        let map = bench.map(
          DenseMap(FeatureMap.Shape(images: 3, height: 1, width: 1, channels: 1), seed: 0))
        _ = BatchNormalization.statistics(
          of: map, shards: 2, in: bench.context)
      }
    }
  }
}
