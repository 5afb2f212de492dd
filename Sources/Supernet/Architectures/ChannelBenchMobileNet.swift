// The MobileNet of Channel-Bench-Macro (Su et al., "BCNetV2", TPAMI 2022; model.py of its repository):
// inverted residual blocks without activation after the projection.

extension Architecture {
  /// The MobileNet of Channel-Bench-Macro; the benchmark's own has 3x32x32 images and 10 classes.
  static func channelBenchMobileNet(
    image: FeatureShape, classes: Int
  ) throws(ArchitectureError) -> Architecture {
    var graph = ArchitectureBuilder(name: "cbm-mobilenet", image: image, classes: classes)
    graph.unit("features.0", outputs: 128, kernel: 3, stride: 2)
    graph.invertedResidual("features.1", hidden: 768, outputs: 128, shortcut: true)
    graph.invertedResidual("features.2", hidden: 768, outputs: 128, shortcut: true)
    graph.invertedResidual("features.3", hidden: 768, outputs: 256, stride: 2, shortcut: false)
    graph.invertedResidual("features.4", hidden: 1536, outputs: 256, shortcut: true)
    graph.unit("features.5", outputs: 1024, kernel: 1)
    return try graph.classified(pooling: "pool", by: "classifier")
  }
}
