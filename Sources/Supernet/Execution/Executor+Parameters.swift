import Engine

// Where a step's parameters and their gradients lie, and which part of them the pass's subnet uses.
extension Executor {
  func filter(_ step: ExecutionStep, _ pass: Pass) -> FilterView {
    let node = space.architecture.nodes[step.node]
    let kernel =
      if case .convolution(let kernel, _) = step.kind { kernel } else { 1 }
    return FilterView(
      kernel: kernel, fullInputs: space.architecture.outputShapes[node.inputs[0]].channels,
      fullOutputs: fullChannels(step),
      inputs: space.slice(ofInput: step.node, in: pass.subnet),
      outputs: space.slice(ofOutput: step.node, in: pass.subnet))
  }

  func fullChannels(_ step: ExecutionStep) -> Int {
    space.architecture.outputShapes[step.node].channels
  }

  func weights(_ step: ExecutionStep, _ pass: Pass) -> UnsafePointer<Float> {
    pass.parameters + layout.weight(ofNode: step.node).range.lowerBound
  }

  func biases(_ step: ExecutionStep, _ pass: Pass) -> UnsafePointer<Float> {
    pass.parameters + layout.bias(ofNode: step.node).range.lowerBound
  }

  func weightGradients(
    _ step: ExecutionStep, _ gradients: ParameterGradients
  ) -> ParameterGradients {
    gradients.advanced(by: layout.weight(ofNode: step.node).range.lowerBound)
  }

  func biasGradients(
    _ step: ExecutionStep, _ gradients: ParameterGradients
  ) -> ParameterGradients {
    gradients.advanced(by: layout.bias(ofNode: step.node).range.lowerBound)
  }
}
