extension Architecture {
  /// The names `named(_:image:classes:)` knows.
  public static let names = [
    "cbm-mobilenet", "cbm-resnet", "mobilenet-v2", "resnet20", "resnet50", "vgg-small",
  ]

  /// The network of a name, for images of a shape and a number of classes.
  ///
  /// - Parameters:
  ///   - name: one of `names`.
  ///   - image: channels, height and width of one image.
  ///   - classes: how many classes there are, at least 2.
  public static func named(
    _ name: String, image: FeatureShape, classes: Int
  ) throws(ArchitectureError) -> Architecture {
    switch name {
    case "cbm-mobilenet": try channelBenchMobileNet(image: image, classes: classes)
    case "cbm-resnet": try channelBenchResNet(image: image, classes: classes)
    case "mobilenet-v2": try mobileNetV2(image: image, classes: classes)
    case "resnet20": try resNet20(image: image, classes: classes)
    case "resnet50": try resNet50(image: image, classes: classes)
    case "vgg-small": try vggSmall(image: image, classes: classes)
    default: throw .unknownName(name)
    }
  }
}
