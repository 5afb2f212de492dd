import Engine

extension Executor {
  /// Runs one step; returns the statistics that it took, if any.
  @discardableResult
  func forward(_ index: Int, _ pass: Pass, normalizing: Normalizing) -> [ChannelStatistics] {
    let step = steps.steps[index]
    let input = pass.map(pass.schedule.values[step.inputs[0]])
    let output = pass.map(pass.schedule.values[step.output])
    switch step.kind {
    case .convolution:
      convolutions[index]?.forward(
        input, weights: weights(step, pass), filter: filter(step, pass), output: output,
        in: context)
    case .depthwiseConvolution:
      depthwise[index]?.forward(
        input, weights: weights(step, pass), fullChannels: fullChannels(step),
        channels: space.slice(ofOutput: step.node, in: pass.subnet), output: output, in: context)
    case .batchNormalization(let activation):
      return normalize(index, input, output, activation, pass, normalizing)
    case .add(let activation):
      Elementwise(activation: activation).add(
        input, pass.map(pass.schedule.values[step.inputs[1]]), output: output, in: context)
    case .activation(let activation):
      Elementwise(activation: activation).apply(input, output: output, in: context)
    case .maxPooling: pools[index]?.forward(input, output: output, in: context)
    case .globalAveragePooling: GlobalAveragePooling.forward(input, output: output, in: context)
    case .linear:
      classifier.forward(
        input, weights: weights(step, pass), bias: biases(step, pass), filter: filter(step, pass),
        output: output, in: context)
    }
    return []
  }

  private func normalize(
    _ index: Int, _ input: FeatureMap, _ output: FeatureMap, _ activation: FusedActivation,
    _ pass: Pass, _ normalizing: Normalizing
  ) -> [ChannelStatistics] {
    let step = steps.steps[index]
    let normalization = BatchNormalization(activation: activation)
    let statistics =
      switch normalizing {
      case .batch(let shards): normalization.statistics(of: input, shards: shards, in: context)
      case .given(let next): [next()]
      }
    normalization.forward(
      input, statistics: statistics, gamma: weights(step, pass), beta: biases(step, pass),
      channels: space.slice(ofOutput: step.node, in: pass.subnet),
      state: pass.state(ofStep: index, shards: statistics.count, shape: input.shape),
      output: output, in: context)
    return statistics
  }
}
