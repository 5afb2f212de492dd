import Supernet

/// Small graphs with every kind of node, for tests that visit each element or each candidate.
enum HandMade {
  /// Two groups: "a" of 6 channels over a sum, a depthwise layer and a pool, and "c" of 9 channels.
  ///
  /// The convolution "mix" is added to the image, so that its channels cannot be searched.
  static func bound() throws -> Architecture {
    var graph = ArchitectureBuilder(
      name: "bound", image: FeatureShape(channels: 2, height: 9, width: 7), classes: 5)
    graph.convolution("mix", outputs: 2, kernel: 3)
    graph.add("mix.add", 0, graph.last)
    graph.convolution("a", outputs: 6, kernel: 3)
    graph.batchNormalization("a.bn")
    let first = graph.activation("a.relu6", .relu6)
    graph.depthwiseConvolution("a.depthwise", kernel: 3)
    graph.convolution("b", outputs: 6, kernel: 1)
    graph.add("ab", first, graph.batchNormalization("b.bn"))
    graph.maxPooling("pool", kernel: 3, stride: 2)
    graph.convolution("c", outputs: 9, kernel: 3, stride: 2)
    return try graph.classified(pooling: "mean", by: "classifier")
  }

  /// Convolutions of these widths in a row, one group each.
  static func chain(_ channels: Int...) throws -> Architecture {
    var graph = ArchitectureBuilder(
      name: "chain", image: FeatureShape(channels: 1, height: 4, width: 4), classes: 2)
    for (place, outputs) in channels.enumerated() {
      graph.convolution("layer\(place)", outputs: outputs, kernel: 1)
    }
    return try graph.classified(pooling: "mean", by: "classifier")
  }
}

/// The two benchmark networks as Channel-Bench-Macro has them.
func channelBench(_ name: String) throws -> Architecture {
  try .named(name, image: FeatureShape(channels: 3, height: 32, width: 32), classes: 10)
}

/// Every candidate of a space.
func allWidths(in space: SearchSpace) -> [Widths] {
  var candidates: [[Int]] = [[]]
  for range in space.ranges {
    candidates = candidates.flatMap { candidate in range.widths.map { candidate + [$0] } }
  }
  return candidates.map(Widths.init(bins:))
}
