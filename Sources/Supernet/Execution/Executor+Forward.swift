import Engine

extension Executor {
  /// Runs one step; returns the statistics that it took, if any.
  @discardableResult
  func forward(_ index: Int, _ pass: Pass, normalizing: Normalizing) -> [ChannelStatistics] {
    let step = steps.steps[index]
    let input = pass.operand(step.inputs[0])
    let output = pass.map(pass.schedule.values[step.output])
    switch step.kind {
    case .convolution: convolve(index, input, output, pass, normalizing)
    case .depthwiseConvolution: convolveDepthwise(index, input, output, pass, normalizing)
    case .batchNormalization(let activation):
      return normalize(index, input.map, output, activation, pass, normalizing)
    case .add(let activation):
      Elementwise(activation: activation).add(
        input, pass.operand(step.inputs[1]), output: output, in: context)
    case .activation(let activation):
      Elementwise(activation: activation).apply(input.map, output: output, in: context)
    case .maxPooling: pools[index]?.forward(input, output: output, in: context)
    case .globalAveragePooling: GlobalAveragePooling.forward(input, output: output, in: context)
    case .linear:
      classifier.forward(
        input.map, weights: weights(step, pass), bias: biases(step, pass),
        filter: filter(step, pass), output: output, keptIn: pass.keptWeights(index), in: context)
    }
    return []
  }

  private func convolve(
    _ index: Int, _ input: Operand, _ output: FeatureMap, _ pass: Pass, _ normalizing: Normalizing
  ) {
    let step = steps.steps[index]
    guard let convolution = convolutions[index] else { return }
    let (weights, filter) = (weights(step, pass), filter(step, pass))
    let kept = pass.keptWeights(index)
    if case .batch(let shards) = normalizing, steps.isNormalized[step.output] {
      pass.statistics[step.output] = convolution.forward(
        input, weights: weights, filter: filter, output: output, statisticsOf: shards, keptIn: kept,
        in: context)
    } else {
      convolution.forward(
        input, weights: weights, filter: filter, output: output, keptIn: kept, in: context)
    }
  }

  private func convolveDepthwise(
    _ index: Int, _ input: Operand, _ output: FeatureMap, _ pass: Pass, _ normalizing: Normalizing
  ) {
    let step = steps.steps[index]
    guard let convolution = depthwise[index] else { return }
    let channels = space.slice(ofOutput: step.node, in: pass.subnet)
    if case .batch(let shards) = normalizing, steps.isNormalized[step.output] {
      pass.statistics[step.output] = convolution.forward(
        input, weights: weights(step, pass), fullChannels: fullChannels(step), channels: channels,
        output: output, statisticsOf: shards, in: context)
    } else {
      convolution.forward(
        input, weights: weights(step, pass), fullChannels: fullChannels(step), channels: channels,
        output: output, in: context)
    }
  }

  private func normalize(
    _ index: Int, _ input: FeatureMap, _ output: FeatureMap, _ activation: FusedActivation,
    _ pass: Pass, _ normalizing: Normalizing
  ) -> [ChannelStatistics] {
    let step = steps.steps[index]
    let normalization = BatchNormalization(activation: activation)
    let statistics =
      switch normalizing {
      case .batch(let shards):
        pass.statistics[step.inputs[0]]
          ?? BatchNormalization.statistics(of: input, shards: shards, in: context)
      case .given(let next): [next()]
      }
    let operand = normalization.forward(
      input, statistics: statistics, gamma: weights(step, pass), beta: biases(step, pass),
      channels: space.slice(ofOutput: step.node, in: pass.subnet),
      state: pass.state(ofStep: index, shards: statistics.count, shape: input.shape))
    if steps.isDeferred(step) {
      pass.pending[step.output] = operand.pending
    } else {
      operand.write(to: output, in: context)
    }
    return statistics
  }
}
