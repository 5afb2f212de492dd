import Engine

extension Executor {
  /// Runs a step with given statistics, or all that begins with it and can be taken in one operator.
  ///
  /// - Returns: the next step.
  func infer(
    from index: Int, _ pass: Pass, statistics: [ChannelStatistics],
    remembering prefix: PrefixCache.Pass?
  ) -> Int {
    let normalizing: (Int) -> Normalizing = { [steps] step in
      .given { statistics[steps.normalizations(before: step)] }
    }
    // A map inside that is to be remembered has to be written.
    if let fused = fused[index], !(prefix?.remembers(within: fused.range) ?? false) {
      switch fused.kind {
      case .invertedResidual(let window):
        invertResidual(fused.range, window: window, pass, normalizing)
      case .residualSum: addResidual(fused.range, pass, normalizing)
      case .normalized:
        convolve(index, pass, normalizing: takePending(index + 1, pass, normalizing))
      }
      return fused.range.upperBound
    }
    forward(index, pass, normalizing: normalizing(index))
    return index + 1
  }

  /// A convolution, depthwise or not, that normalises what it writes.
  private func convolve(
    _ index: Int, _ pass: Pass, normalizing normalization: PendingNormalization
  ) {
    let step = steps.steps[index]
    let input = pass.operand(step.inputs[0])
    let output = pass.map(pass.schedule.values[step.output])
    if let convolution = convolutions[index] {
      convolution.forward(
        input, weights: weights(step, pass), filter: filter(step, pass), output: output,
        normalizing: normalization, keptIn: pass.keptWeights(index), in: context)
    } else if let window = depthwise[index] {
      window.forward(
        input, weights: weights(step, pass), fullChannels: fullChannels(step),
        channels: space.slice(ofOutput: step.node, in: pass.subnet), output: output,
        normalizing: normalization, in: context)
    } else {
      preconditionFailure("step \(index) is a convolution")
    }
  }

  private func invertResidual(
    _ range: Range<Int>, window: Int, _ pass: Pass, _ normalizing: (Int) -> Normalizing
  ) {
    guard let operation = depthwise[window] else {
      preconditionFailure("step \(window) is a depthwise convolution")
    }
    func pointwise(_ step: ExecutionStep) -> InvertedResidual.Pointwise {
      InvertedResidual.Pointwise(weights: weights(step, pass), filter: filter(step, pass))
    }
    let (first, last) = ends(range)
    let step = steps.steps[window]
    InvertedResidual(
      expansion: window == range.lowerBound
        ? nil : (pointwise(first), takePending(range.lowerBound + 1, pass, normalizing)),
      window: (
        InvertedResidual.Window(
          operation, weights: weights(step, pass), fullChannels: fullChannels(step),
          channels: space.slice(ofOutput: step.node, in: pass.subnet)),
        takePending(window + 1, pass, normalizing)
      ), projection: pointwise(last)
    ).forward(
      pass.operand(first.inputs[0]), output: pass.map(pass.schedule.values[last.output]),
      keptIn: pass.keptWeights(range), in: context)
  }

  private func addResidual(
    _ range: Range<Int>, _ pass: Pass, _ normalizing: (Int) -> Normalizing
  ) {
    let (step, addition) = ends(range)
    guard let convolution = convolutions[range.lowerBound],
      case .add(let activation) = addition.kind,
      let residual = addition.inputs.first(where: {
        $0 != steps.steps[range.lowerBound + 1].output
      })
    else { preconditionFailure("steps \(range) are a convolution and a sum") }
    let output = pass.map(pass.schedule.values[step.output])
    let made = Operand(output, pending: takePending(range.lowerBound + 1, pass, normalizing))
    convolution.forward(
      pass.operand(step.inputs[0]), weights: weights(step, pass), filter: filter(step, pass),
      output: output,
      addingTo: ResidualSum(
        made, pass.operand(residual), activation: activation,
        output: pass.map(pass.schedule.values[addition.output]), in: context),
      keptIn: pass.keptWeights(range.lowerBound), in: context)
  }

  /// What a normalisation would leave to its readers, who then find nothing to apply.
  private func takePending(
    _ index: Int, _ pass: Pass, _ normalizing: (Int) -> Normalizing
  ) -> PendingNormalization {
    forward(index, pass, normalizing: normalizing(index))
    guard let pending = pass.pending.removeValue(forKey: steps.steps[index].output) else {
      preconditionFailure("step \(index) is a normalisation that others carry out")
    }
    return pending
  }

  private func ends(_ range: Range<Int>) -> (first: ExecutionStep, last: ExecutionStep) {
    (steps.steps[range.lowerBound], steps.steps[range.upperBound - 1])
  }
}
