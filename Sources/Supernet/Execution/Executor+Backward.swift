import Engine

extension Executor {
  /// Runs one step backward: writes its parameters' gradients and its input's.
  func backward(
    _ index: Int, _ pass: Pass, outputGradient: FeatureMap, inputGradient: FeatureMap?,
    gradients: ParameterGradients
  ) {
    let step = steps.steps[index]
    let input = pass.operand(step.inputs[0])
    let gradient = GradientOperand(outputGradient, pending: pass.pendingGradients[step.output])
    let output = pass.map(pass.schedule.values[step.output])
    switch step.kind {
    case .convolution:
      guard let convolution = convolutions[index] else { return }
      convolution.backward(
        input, gradient, weights: weights(step, pass), filter: filter(step, pass),
        gradients: weightGradients(step, gradients), inputGradient: inputGradient,
        sums: sums(inFrontOf: index, pass, shards: gradients.shards), in: context)
    case .depthwiseConvolution:
      guard let convolution = depthwise[index] else { return }
      convolution.backward(
        input, gradient, weights: weights(step, pass), fullChannels: fullChannels(step),
        channels: space.slice(ofOutput: step.node, in: pass.subnet),
        gradients: weightGradients(step, gradients), inputGradient: inputGradient,
        sums: sums(inFrontOf: index, pass, shards: gradients.shards), in: context)
    case .batchNormalization(let activation):
      let found = BatchNormalization(activation: activation).backward(
        input.map, gradient: outputGradient, result: inputGradient ?? outputGradient,
        state: pass.state(ofStep: index, shards: gradients.shards, shape: input.shape),
        channels: space.slice(ofOutput: step.node, in: pass.subnet),
        gammaGradients: weightGradients(step, gradients),
        betaGradients: biasGradients(step, gradients),
        sums: pass.gradientSums, in: context)
      pass.gradientSums = nil
      if steps.carriesOutPending[step.inputs[0]] {
        pass.pendingGradients[step.inputs[0]] = found.pending
      } else {
        found.resolve(in: context)
      }
    case .add(let activation), .activation(let activation):
      Elementwise(activation: activation).backward(
        gradient: outputGradient, output: output, result: outputGradient,
        sums: sums(inFrontOf: index, pass, shards: gradients.shards), in: context)
    case .maxPooling:
      guard let inputGradient else { return }
      pools[index]?.backward(
        input, output: output, gradient: outputGradient, inputGradient: inputGradient, in: context)
    case .globalAveragePooling:
      guard let inputGradient else { return }
      GlobalAveragePooling.backward(outputGradient, inputGradient: inputGradient, in: context)
    case .linear:
      let filter = filter(step, pass)
      classifier.backwardFilter(
        input.map, outputGradient, filter: filter,
        weightGradients: weightGradients(step, gradients),
        biasGradients: biasGradients(step, gradients), in: context)
      guard let inputGradient else { return }
      classifier.backwardData(
        outputGradient, weights: weights(step, pass), filter: filter,
        inputGradient: inputGradient, in: context)
    }
  }

  /// The sums of the normalisation in front of a step, for the step to take, where that comes next.
  private func sums(
    inFrontOf index: Int, _ pass: Pass, shards: Int
  ) -> NormalizationGradientSums? {
    guard steps.feedsNormalization[index],
      case .batchNormalization(let activation) = steps.steps[index - 1].kind
    else { return nil }
    let input = pass.map(pass.schedule.values[steps.steps[index - 1].inputs[0]])
    pass.gradientSums = BatchNormalization(activation: activation).gradientSums(
      of: input, state: pass.state(ofStep: index - 1, shards: shards, shape: input.shape),
      shards: shards, in: context)
    return pass.gradientSums
  }
}
