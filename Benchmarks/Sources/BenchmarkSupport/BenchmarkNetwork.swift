import ArgumentParser
import Engine
import Supernet

/// A network with parameters and a batch of images, ready to run.
public struct BenchmarkNetwork {
  /// The networks that PyTorch's side knows as well.
  public enum Name: String, CaseIterable, ExpressibleByArgument, Sendable {
    /// ResNet-50 on 224x224 images of 1000 classes.
    case resNet50 = "resnet50"
    /// MobileNetV2 on the same.
    case mobileNetV2 = "mobilenet-v2"
    /// Channel-Bench-Macro's ResNet on 32x32 images of 10 classes.
    case cbmResNet = "cbm-resnet"
    /// Channel-Bench-Macro's MobileNet on the same.
    case cbmMobileNet = "cbm-mobilenet"

    private var isForImageNet: Bool { self == .resNet50 || self == .mobileNetV2 }
    /// Images of a turn, unless others are asked for.
    public var batch: Int { isForImageNet ? 16 : 64 }
    var side: Int { isForImageNet ? 224 : 32 }
    var classes: Int { isForImageNet ? 1000 : 10 }
  }

  /// The widths it may have.
  public let space: SearchSpace
  /// Where its parameters lie.
  public let layout: ParameterLayout
  /// What its widths cost.
  public let costs: CostModel
  /// Initialised from a fixed seed.
  public let parameters: AlignedStorage<Float>
  private let pixels: [Float]
  private let labels: [Int32]

  /// A network whose groups are cut into `bins`, and `batch` images.
  public init(_ name: Name, bins: Int, batch: Int) throws {
    let architecture = try Architecture.named(
      name.rawValue, image: FeatureShape(channels: 3, height: name.side, width: name.side),
      classes: name.classes)
    space = try SearchSpace(architecture, bins: bins)
    costs = CostModel(space)
    layout = ParameterLayout(architecture)
    parameters = AlignedStorage(count: layout.count)
    parameters.withMutableElements { [layout] in layout.initialize($0, seed: 1) }
    pixels = (0..<batch * 3 * name.side * name.side).map { Float($0 % 251) / 125 - 1 }
    labels = (0..<batch).map { Int32($0 % name.classes) }
  }

  /// The widths nearest to a fraction of all channels in every group.
  public func widths(fraction: Double) -> Widths {
    Widths(
      bins: space.ranges.map { range in
        min(range.total, max(1, Int((Double(range.total) * fraction).rounded())))
      })
  }

  /// Runs `body` on the batch.
  public func withImages<Result>(_ body: (LabelledImages) throws -> Result) rethrows -> Result {
    try pixels.withUnsafeBufferPointer {
      try body(LabelledImages(pixels: $0, labels: labels))
    }
  }

  /// Widths as the peer reads them: the outputs of every ordinary convolution, in network order.
  public func peerWidths(_ widths: Widths) -> String {
    let subnet = space.leftSubnet(of: widths)
    return space.architecture.nodes.indices.compactMap { place in
      guard case .convolution = space.architecture.nodes[place].operation else { return nil }
      return "\(space.slice(ofOutput: place, in: subnet).count)"
    }.joined(separator: ",")
  }
}
