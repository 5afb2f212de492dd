// Networks of basic residual blocks: two 3x3 convolutions and a sum, named as in torchvision.

extension Architecture {
  /// The ResNet of Channel-Bench-Macro; the benchmark's own has 3x32x32 images and 10 classes.
  ///
  /// Its strided block has no shortcut at all (model.py of the benchmark's repository).
  static func channelBenchResNet(
    image: FeatureShape, classes: Int
  ) throws(ArchitectureError) -> Architecture {
    var graph = ArchitectureBuilder(name: "cbm-resnet", image: image, classes: classes)
    graph.residualStem(outputs: 256, kernel: 3, stride: 2)
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
    graph.residualStem(outputs: 16, kernel: 3, stride: 1)
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

extension ArchitectureBuilder {
  /// Two 3x3 convolutions; the stride is the first one's.
  fileprivate mutating func basicBlock(
    _ name: String, outputs: Int, stride: Int = 1, shortcut: Shortcut
  ) {
    let input = last
    residualConvolution(name, 1, outputs: outputs, kernel: 3, stride: stride)
    activation("\(name).relu1")
    residualConvolution(name, 2, outputs: outputs, kernel: 3)
    addShortcut(name, shortcut, from: input, outputs: outputs, stride: stride)
    activation("\(name).relu2")
  }
}
