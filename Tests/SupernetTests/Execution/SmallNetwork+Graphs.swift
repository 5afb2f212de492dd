import Supernet

extension SmallNetwork {
  /// Graphs with every kind of step and of memory reuse.
  static func graphs() throws -> [SmallNetwork] {
    try [plain(), residual(), inverted(), chained(), unusual()]
  }

  /// Two of the named networks, on tiny images.
  static func named() throws -> [SmallNetwork] {
    let image = FeatureShape(channels: 3, height: 8, width: 8)
    return try ["vgg-small", "resnet20"].map { name in
      try SmallNetwork(.named(name, image: image, classes: 10))
    }
  }

  /// Convolutions of several kernels and strides, pooling, and an activation without batch norm.
  static func plain() throws -> SmallNetwork {
    var graph = ArchitectureBuilder(
      name: "plain", image: FeatureShape(channels: 3, height: 9, width: 7), classes: 5)
    graph.convolution("conv1", outputs: 7, kernel: 3)
    graph.batchNormalization("bn1")
    graph.activation("relu1")
    graph.maxPooling("pool1", kernel: 3, stride: 2)
    graph.convolution("conv2", outputs: 19, kernel: 5)
    graph.batchNormalization("bn2")
    graph.activation("relu2", .relu6)
    graph.convolution("conv3", outputs: 34, kernel: 1, stride: 2)
    graph.activation("relu3")
    return try SmallNetwork(graph.classified(pooling: "pool", by: "fc"))
  }

  /// Sums with an identity and with a projection, activated.
  static func residual() throws -> SmallNetwork {
    var graph = ArchitectureBuilder(
      name: "residual", image: FeatureShape(channels: 1, height: 6, width: 5), classes: 3)
    graph.convolution("conv1", outputs: 5, kernel: 3)
    graph.batchNormalization("bn1")
    let input = graph.activation("relu1")
    graph.convolution("conv2", outputs: 5, kernel: 3)
    graph.add("add1", input, graph.batchNormalization("bn2"))
    let wide = graph.activation("relu2")
    graph.convolution("conv3", outputs: 6, kernel: 3, stride: 2)
    let main = graph.batchNormalization("bn3")
    graph.convolution("conv4", outputs: 6, kernel: 1, stride: 2, from: wide)
    graph.add("add2", graph.batchNormalization("bn4"), main)
    graph.activation("relu3")
    return try SmallNetwork(graph.classified(pooling: "pool", by: "fc"))
  }

  /// Depthwise layers, one of them on the image, and sums without an activation.
  static func inverted() throws -> SmallNetwork {
    var graph = ArchitectureBuilder(
      name: "inverted", image: FeatureShape(channels: 2, height: 7, width: 8), classes: 12)
    graph.depthwiseConvolution("depthwise1", kernel: 3)
    graph.convolution("conv1", outputs: 6, kernel: 1)
    let input = graph.batchNormalization("bn1")
    graph.convolution("expand", outputs: 21, kernel: 1)
    graph.batchNormalization("bn2")
    graph.activation("relu2", .relu6)
    graph.depthwiseConvolution("depthwise2", kernel: 3)
    graph.batchNormalization("bn3")
    graph.activation("relu3", .relu6)
    graph.convolution("project", outputs: 6, kernel: 1)
    graph.add("add", input, graph.batchNormalization("bn4"))
    graph.depthwiseConvolution("depthwise3", kernel: 5, stride: 2)
    graph.batchNormalization("bn5")
    return try SmallNetwork(graph.classified(pooling: "pool", by: "fc"))
  }

  /// Blocks without shortcuts, one of them without an expansion, whose last layer may lie where the first one's input lay,
  /// and a sum in the memory of its older term.
  static func chained() throws -> SmallNetwork {
    var graph = ArchitectureBuilder(
      name: "chained", image: FeatureShape(channels: 3, height: 9, width: 6), classes: 5)
    graph.convolution("stem", outputs: 7, kernel: 3)
    graph.batchNormalization("bn0")
    graph.activation("relu0")
    graph.window("block1", kernel: 3, outputs: 18)
    graph.convolution("expand2", outputs: 35, kernel: 1)
    graph.batchNormalization("bn2")
    graph.activation("relu2")
    graph.window("block2", kernel: 5, outputs: 33)
    graph.convolution("expand3", outputs: 34, kernel: 1)
    graph.batchNormalization("bn3")
    graph.activation("relu3", .relu6)
    graph.window("block3", kernel: 3, stride: 2, outputs: 20)
    let input = graph.activation("relu4")
    graph.convolution("conv4", outputs: 20, kernel: 3)
    graph.batchNormalization("bn4")
    graph.activation("relu5")
    graph.convolution("conv5", outputs: 20, kernel: 1)
    graph.add("add", input, graph.batchNormalization("bn5"))
    return try SmallNetwork(graph.classified(pooling: "pool", by: "fc"))
  }

  /// Batch norm and pooling before any filter, values with several readers, and a value added to itself.
  static func unusual() throws -> SmallNetwork {
    var graph = ArchitectureBuilder(
      name: "unusual", image: FeatureShape(channels: 3, height: 8, width: 6), classes: 4)
    graph.batchNormalization("bn0")
    graph.maxPooling("pool0", kernel: 3, stride: 2)
    graph.convolution("conv1", outputs: 9, kernel: 3)
    let normalized = graph.batchNormalization("bn1")
    let activated = graph.activation("relu1")
    let twice = graph.add("add1", normalized, activated)
    graph.add("add2", twice, twice)
    graph.activation("relu2", .relu6)
    graph.add("add3", graph.last, normalized)
    graph.maxPooling("pool1", kernel: 3, stride: 1)
    return try SmallNetwork(graph.classified(pooling: "pool", by: "fc"))
  }
}

extension ArchitectureBuilder {
  /// A depthwise window and the 1x1 layer behind it, both normalised.
  fileprivate mutating func window(
    _ name: String, kernel: Int, stride: Int = 1, outputs: Int
  ) {
    depthwiseConvolution("\(name).depthwise", kernel: kernel, stride: stride)
    batchNormalization("\(name).bn1")
    activation("\(name).relu", .relu6)
    convolution("\(name).project", outputs: outputs, kernel: 1)
    batchNormalization("\(name).bn2")
  }
}
