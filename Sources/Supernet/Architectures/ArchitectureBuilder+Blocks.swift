// What several networks are made of. A block reads the layer before it; its last node is its output.

/// What a residual block adds to its own layers.
enum Shortcut {
  case none, identity, projection
}

extension ArchitectureBuilder {
  /// Convolution, batch norm and an activation, named `name` and a suffix each.
  mutating func unit(
    _ name: String, outputs: Int, kernel: Int, stride: Int = 1,
    _ activation: Architecture.Activation = .relu
  ) {
    convolution("\(name).conv", outputs: outputs, kernel: kernel, stride: stride)
    batchNormalization("\(name).bn")
    self.activation("\(name).\(activation.rawValue)", activation)
  }

  /// 1x1 to `hidden` channels, 3x3 depthwise, 1x1 to `outputs` without an activation, plus the input
  /// if `shortcut`.
  ///
  /// - Parameter hidden: nil leaves the first convolution out, so that the depthwise one reads the input.
  mutating func invertedResidual(
    _ name: String, hidden: Int?, outputs: Int, stride: Int = 1, shortcut: Bool,
    _ activation: Architecture.Activation = .relu
  ) {
    let input = last
    if let hidden { unit("\(name).expand", outputs: hidden, kernel: 1, activation) }
    depthwiseConvolution("\(name).depthwise.conv", kernel: 3, stride: stride)
    batchNormalization("\(name).depthwise.bn")
    self.activation("\(name).depthwise.\(activation.rawValue)", activation)
    convolution("\(name).project.conv", outputs: outputs, kernel: 1)
    batchNormalization("\(name).project.bn")
    if shortcut { add("\(name).add", input, last) }
  }

  /// The first layers of a residual network, named as in torchvision.
  mutating func residualStem(outputs: Int, kernel: Int, stride: Int) {
    convolution("conv1", outputs: outputs, kernel: kernel, stride: stride)
    batchNormalization("bn1")
    activation("relu")
  }

  /// The convolution of a residual block with this number, and its batch norm, named as in torchvision.
  mutating func residualConvolution(
    _ block: String, _ number: Int, outputs: Int, kernel: Int, stride: Int = 1
  ) {
    convolution("\(block).conv\(number)", outputs: outputs, kernel: kernel, stride: stride)
    batchNormalization("\(block).bn\(number)")
  }

  /// Adds a residual block's input to its last layer, by a 1x1 convolution where shapes change.
  mutating func addShortcut(
    _ block: String, _ shortcut: Shortcut, from input: Int, outputs: Int, stride: Int
  ) {
    let residual = last
    switch shortcut {
    case .none: break
    case .identity: add("\(block).add", input, residual)
    case .projection:
      convolution(
        "\(block).downsample.0", outputs: outputs, kernel: 1, stride: stride, from: input)
      add("\(block).add", batchNormalization("\(block).downsample.1"), residual)
    }
  }
}
