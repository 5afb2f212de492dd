extension RunConfiguration {
  /// Which network's widths are searched.
  public struct Network: Codable, Hashable, Sendable {
    /// The network at full width.
    public var name: NetworkName
  }

  /// A network that is known by name.
  public enum NetworkName: String, Codable, CaseIterable, Sendable {
    /// Channel-Bench-Macro's MobileNet.
    case cbmMobileNet = "cbm-mobilenet"
    /// Channel-Bench-Macro's ResNet.
    case cbmResNet = "cbm-resnet"
    /// A small VGG-style network for 28x28 and 32x32 images.
    case vggSmall = "vgg-small"
    /// ResNet-20 for CIFAR.
    case resNet20 = "resnet20"
    /// ResNet-50 for 224x224 images.
    case resNet50 = "resnet50"
    /// MobileNetV2 for 224x224 images.
    case mobileNetV2 = "mobilenet-v2"
  }
}

extension RunConfiguration.NetworkName: Choice {}

extension RunConfiguration.Network: Section {
  static let fields: [Field<Self>] = [
    .value("name", \.name, example: "resnet20", "the network whose widths are searched")
  ]
}
