import Engine

extension Executor {
  /// Runs the steps that begin with one, with given statistics: several at once where that spares writing a map.
  ///
  /// - Returns: the next step.
  func infer(
    from index: Int, _ pass: Pass, statistics: [ChannelStatistics],
    remembering prefix: PrefixCache.Pass?
  ) -> Int {
    let normalizing: (Int) -> Normalizing = { [steps] step in
      .given { statistics[steps.normalizations(before: step)] }
    }
    // What is to be remembered has to be written.
    if let fused = fused[index], !(prefix?.remembers(within: fused.range) ?? false) {
      switch fused.kind {
      case .invertedResidual(let isExpanded):
        invertResidual(fused.range, isExpanded: isExpanded, pass, normalizing)
        return fused.range.upperBound
      case .residualSum:
        if addResidual(fused.range, pass, normalizing) { return fused.range.upperBound }
      }
    }
    forward(index, pass, normalizing: normalizing(index))
    return index + 1
  }

  private func invertResidual(
    _ range: Range<Int>, isExpanded: Bool, _ pass: Pass, _ normalizing: (Int) -> Normalizing
  ) {
    let input = pass.operand(steps.steps[range.lowerBound].inputs[0])
    let windowStep = isExpanded ? range.lowerBound + 2 : range.lowerBound
    let (window, last) = (steps.steps[windowStep], steps.steps[range.upperBound - 1])
    guard let layer = depthwise[windowStep] else { return }
    func pending(_ index: Int) -> PendingNormalization {
      forward(index, pass, normalizing: normalizing(index))
      guard let pending = pass.pending[steps.steps[index].output] else {
        preconditionFailure("step \(index) is a normalisation that its readers apply")
      }
      return pending
    }
    func pointwise(_ step: ExecutionStep) -> InvertedResidual.Pointwise {
      InvertedResidual.Pointwise(weights: weights(step, pass), filter: filter(step, pass))
    }
    let first = steps.steps[range.lowerBound]
    InvertedResidual(
      expansion: isExpanded ? (pointwise(first), pending(range.lowerBound + 1)) : nil,
      window: (
        InvertedResidual.Window(
          layer, weights: weights(window, pass), fullChannels: fullChannels(window),
          channels: space.slice(ofOutput: window.node, in: pass.subnet)), pending(windowStep + 1)
      ), projection: pointwise(last)
    ).forward(input, output: pass.map(pass.schedule.values[last.output]), in: context)
  }

  /// - Returns: whether it was done: not where the sum is to lie where the convolution still reads.
  private func addResidual(
    _ range: Range<Int>, _ pass: Pass, _ normalizing: (Int) -> Normalizing
  ) -> Bool {
    let (index, last) = (range.lowerBound, range.upperBound - 1)
    let (step, addition) = (steps.steps[index], steps.steps[last])
    let values = pass.schedule.values
    guard let convolution = convolutions[index], case .add(let activation) = addition.kind,
      values[addition.output].place != values[step.inputs[0]].place
    else { return false }
    forward(index + 1, pass, normalizing: normalizing(index + 1))
    let made = steps.steps[index + 1].output
    guard let residual = addition.inputs.first(where: { $0 != made }) else { return false }
    convolution.forward(
      pass.operand(step.inputs[0]), weights: weights(step, pass), filter: filter(step, pass),
      output: pass.map(values[step.output]),
      addingTo: ResidualSum(
        pass.operand(made), pass.operand(residual), activation: activation,
        output: pass.map(values[addition.output]), in: context), in: context)
    return true
  }
}
