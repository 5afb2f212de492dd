extension Architecture {
  /// MobileNetV2 of multiplier 1 (Sandler et al., CVPR 2018, table 2).
  ///
  /// With 3x224x224 images and 1000 classes: 3,504,872 parameters and 300,774,272 multiply-accumulates.
  static func mobileNetV2(
    image: FeatureShape, classes: Int
  ) throws(ArchitectureError) -> Architecture {
    // The paper's t, c, n and s: expansion, outputs, blocks, and the stride of the first of them.
    let stages = [
      (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
      (6, 320, 1, 1),
    ]
    var graph = ArchitectureBuilder(name: "mobilenet-v2", image: image, classes: classes)
    graph.unit("features.0", outputs: 32, kernel: 3, stride: 2, .relu6)
    var (inputs, place) = (32, 1)
    for (expansion, outputs, blocks, stride) in stages {
      for block in 0..<blocks {
        graph.invertedResidual(
          "features.\(place)", hidden: expansion == 1 ? nil : expansion * inputs, outputs: outputs,
          stride: block == 0 ? stride : 1, shortcut: block > 0, .relu6)
        (inputs, place) = (outputs, place + 1)
      }
    }
    graph.unit("features.\(place)", outputs: 1280, kernel: 1, .relu6)
    return try graph.classified(pooling: "pool", by: "classifier")
  }
}
