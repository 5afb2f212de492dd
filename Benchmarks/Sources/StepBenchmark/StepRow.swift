import ArgumentParser
import BenchmarkSupport
import Supernet

/// Which subnets one step trains.
enum StepScheme: String, ExpressibleByArgument, Encodable {
  case single, bcnet

  /// The slices of a step; `side` is that of a single subnet.
  func slices(_ side: SliceSide) -> [SliceSide] {
    switch self {
    case .single: [side]
    case .bcnet: [.left, .right]
    }
  }
}

/// From which end of a layer channels are kept.
enum SliceSide: String, ExpressibleByArgument, Encodable {
  case left, right

  func subnet(of widths: Widths, in space: SearchSpace) -> Subnet {
    switch self {
    case .left: space.leftSubnet(of: widths)
    case .right: space.rightSubnet(of: widths)
    }
  }
}

/// What one pair of widths gave.
struct StepRow: Encodable {
  let kind = "step"
  let network: String
  let scheme: StepScheme
  let slices: [SliceSide]
  let shards, batch: Int
  /// Bins of each width group, and what one subnet costs for one image.
  let widths: String
  let macs: Int
  let sides: [Timing]
  /// Seconds of the second side over those of the first, by medians: above 1 the first is faster.
  let ratio: Double?

  init(
    _ options: StepBenchmark, _ widths: Widths, _ measured: BenchmarkNetwork, _ sides: [Timing]
  ) {
    network = options.network.network.rawValue
    scheme = options.scheme
    slices = options.compareSides ? [.left, .right] : options.scheme.slices(options.side)
    shards = options.shards
    batch = options.network.images
    self.widths = "\(widths)"
    macs = measured.costs.macs(of: widths)
    self.sides = sides
    ratio = sides.count > 1 ? sides[1].median / sides[0].median : nil
  }
}

/// Where one layer's time goes in one direction; the gradients of data and of weights together.
struct LayerRow: Encodable {
  let kind = "layer"
  let network, widths, layer, operation, pass: String
  /// Inputs and outputs, of layers that cost anything.
  let channels: [Int]?
  /// Rows and columns of the output.
  let size: [Int]?
  /// Of one step.
  let seconds: Double
  /// Two operations a MAC of the layer, padding included.
  let gigaflops: Double?
}
