extension Architecture {
  /// What a node does to its inputs.
  public enum Operation: Hashable, Codable, Sendable {
    /// The image itself; only node 0.
    case image
    /// An ordinary convolution: padding kernel / 2, no bias.
    case convolution(outputs: Int, kernel: Int, stride: Int)
    /// One filter a channel: padding kernel / 2, no bias.
    case depthwiseConvolution(kernel: Int, stride: Int)
    /// Normalisation over the batch, with a scale and a shift for each channel.
    case batchNormalization
    /// A function of each element.
    case activation(Activation)
    /// The sum of two outputs of the same shape.
    case add
    /// The greatest element under a moving window: padding kernel / 2.
    case maxPooling(kernel: Int, stride: Int)
    /// The mean of each channel over all places.
    case globalAveragePooling
    /// The classifier, with bias; only the last node.
    case linear(outputs: Int)
  }

  /// A function of each element.
  public enum Activation: String, Codable, Sendable {
    /// max(x, 0).
    case relu
    /// min(max(x, 0), 6).
    case relu6
  }
}

extension Architecture.Operation {
  /// How many nodes it reads.
  var arity: Int {
    switch self {
    case .image: 0
    case .add: 2
    default: 1
    }
  }

  /// Kernel and stride of an operation that moves a window.
  var window: (kernel: Int, stride: Int)? {
    switch self {
    case .convolution(_, let kernel, let stride), .depthwiseConvolution(let kernel, let stride),
      .maxPooling(let kernel, let stride):
      (kernel, stride)
    default: nil
    }
  }

  /// The output for one image; `input` is the first input's shape, missing only for the image.
  func outputShape(image: FeatureShape, input: FeatureShape?) -> FeatureShape {
    guard let input else { return image }
    return switch self {
    case .image, .batchNormalization, .activation, .add: input
    case .convolution(let outputs, _, let stride): input.strided(by: stride).with(channels: outputs)
    case .depthwiseConvolution(_, let stride), .maxPooling(_, let stride): input.strided(by: stride)
    case .globalAveragePooling: FeatureShape(channels: input.channels, height: 1, width: 1)
    case .linear(let outputs): FeatureShape(channels: outputs, height: 1, width: 1)
    }
  }
}

extension Architecture.Operation: CustomStringConvertible {
  /// A few words, as in "convolution 3x3, stride 2".
  public var description: String {
    switch self {
    case .image: "image"
    case .convolution(_, let kernel, let stride): "convolution " + window(kernel, stride)
    case .depthwiseConvolution(let kernel, let stride): "depthwise " + window(kernel, stride)
    case .batchNormalization: "batch norm"
    case .activation(let function): function.rawValue
    case .add: "add"
    case .maxPooling(let kernel, let stride): "max pool " + window(kernel, stride)
    case .globalAveragePooling: "global average pool"
    case .linear: "linear"
    }
  }

  private func window(_ kernel: Int, _ stride: Int) -> String {
    "\(kernel)x\(kernel)" + (stride == 1 ? "" : ", stride \(stride)")
  }
}
