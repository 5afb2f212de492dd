extension Architecture {
  /// ResNet-50 (He et al., "Deep residual learning", CVPR 2016, table 1) as torchvision has it.
  ///
  /// The stride of a block is its 3x3 convolution's (v1.5) instead of the first 1x1 convolution's.
  /// With 3x224x224 images and 1000 classes: 25,557,032 parameters and 4,089,184,256
  /// multiply-accumulates.
  static func resNet50(
    image: FeatureShape, classes: Int
  ) throws(ArchitectureError) -> Architecture {
    var graph = ArchitectureBuilder(name: "resnet50", image: image, classes: classes)
    graph.residualStem(outputs: 64, kernel: 7, stride: 2)
    graph.maxPooling("maxpool", kernel: 3, stride: 2)
    for (stage, (middle, blocks)) in [(64, 3), (128, 4), (256, 6), (512, 3)].enumerated() {
      for block in 0..<blocks {
        graph.bottleneck(
          "layer\(stage + 1).\(block)", middle: middle, stride: stage > 0 && block == 0 ? 2 : 1,
          shortcut: block == 0 ? .projection : .identity)
      }
    }
    return try graph.classified(pooling: "avgpool", by: "fc")
  }
}

extension ArchitectureBuilder {
  /// 1x1 to `middle` channels, 3x3 with the stride, 1x1 to four times as many.
  fileprivate mutating func bottleneck(
    _ name: String, middle: Int, stride: Int, shortcut: Shortcut
  ) {
    let (input, outputs) = (last, 4 * middle)
    residualConvolution(name, 1, outputs: middle, kernel: 1)
    activation("\(name).relu1")
    residualConvolution(name, 2, outputs: middle, kernel: 3, stride: stride)
    activation("\(name).relu2")
    residualConvolution(name, 3, outputs: outputs, kernel: 1)
    addShortcut(name, shortcut, from: input, outputs: outputs, stride: stride)
    activation("\(name).relu3")
  }
}
