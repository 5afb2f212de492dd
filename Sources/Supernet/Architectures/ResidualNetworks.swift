// Networks of basic residual blocks: two 3x3 convolutions and a sum, named as in torchvision.

extension Architecture {
  /// The ResNet of Channel-Bench-Macro; the benchmark's own has 3x32x32 images and 10 classes.
  ///
  /// Its strided block has no shortcut at all (model.py of the benchmark's repository).
  static func channelBenchResNet(
    image: FeatureShape, classes: Int
  ) throws(ArchitectureError) -> Architecture {
    var graph = ArchitectureBuilder(name: "cbm-resnet", image: image, classes: classes)
    graph.stem(outputs: 256, stride: 2)
    graph.basicBlock("layer1.0", outputs: 256, shortcut: .identity)
    graph.basicBlock("layer1.1", outputs: 256, shortcut: .identity)
    graph.basicBlock("layer2.0", outputs: 512, stride: 2, shortcut: .none)
    graph.basicBlock("layer2.1", outputs: 512, shortcut: .identity)
    graph.basicBlock("layer2.2", outputs: 512, shortcut: .identity)
    return try graph.classified(pooling: "avgpool", by: "fc")
  }

  /// ResNet-20 for CIFAR (He et al., "Deep residual learning", CVPR 2016, section 4.2).
  ///
  /// Shortcuts that change shape are projections (the paper's option B), so that both sides of every
  /// sum are layers whose widths can be bound.
  static func resNet20(
    image: FeatureShape, classes: Int
  ) throws(ArchitectureError) -> Architecture {
    var graph = ArchitectureBuilder(name: "resnet20", image: image, classes: classes)
    graph.stem(outputs: 16, stride: 1)
    for (stage, outputs) in [16, 32, 64].enumerated() {
      for block in 0..<3 {
        let shrinks = stage > 0 && block == 0
        graph.basicBlock(
          "layer\(stage + 1).\(block)", outputs: outputs, stride: shrinks ? 2 : 1,
          shortcut: shrinks ? .projection : .identity)
      }
    }
    return try graph.classified(pooling: "avgpool", by: "fc")
  }
}

/// What a residual block adds to its two convolutions.
private enum Shortcut {
  case none, identity, projection
}

extension ArchitectureBuilder {
  fileprivate mutating func stem(outputs: Int, stride: Int) {
    convolution("conv1", outputs: outputs, kernel: 3, stride: stride)
    batchNormalization("bn1")
    activation("relu")
  }

  fileprivate mutating func basicBlock(
    _ name: String, outputs: Int, stride: Int = 1, shortcut: Shortcut
  ) {
    let input = last
    convolution("\(name).conv1", outputs: outputs, kernel: 3, stride: stride)
    batchNormalization("\(name).bn1")
    activation("\(name).relu1")
    convolution("\(name).conv2", outputs: outputs, kernel: 3)
    let residual = batchNormalization("\(name).bn2")
    switch shortcut {
    case .none: break
    case .identity: add("\(name).add", input, residual)
    case .projection:
      convolution(
        "\(name).downsample.0", outputs: outputs, kernel: 1, stride: stride, from: input)
      add("\(name).add", batchNormalization("\(name).downsample.1"), residual)
    }
    activation("\(name).relu2")
  }
}
