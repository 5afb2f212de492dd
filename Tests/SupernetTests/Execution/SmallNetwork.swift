import Engine
import Randomness
import Supernet
import TestSupport
import Testing

/// A supernet small enough to run often, with parameters and images.
struct SmallNetwork: CustomTestStringConvertible, Sendable {
  static let shards = 4
  static let imagesPerShard = 2
  static let images = shards * imagesPerShard

  let space: SearchSpace
  let layout: ParameterLayout
  let parameters: [Float]
  var testDescription: String { space.architecture.name }

  /// Every width from one channel to all is a member.
  init(_ architecture: Architecture) throws {
    try self.init(
      SearchSpace(
        architecture, ranges: architecture.widthGroups.map { BinRange(total: $0.channels) }),
      parameters: nil)
  }

  /// Without given parameters: seeded ones, off zero and one, so that each of them matters.
  init(_ space: SearchSpace, parameters: [Float]?) throws {
    self.space = space
    let layout = ParameterLayout(space.architecture)
    self.layout = layout
    self.parameters =
      parameters
      ?? {
        var block = [Float](repeating: 0, count: layout.count)
        for (place, tensor) in layout.tensors.enumerated() {
          let numbers = seededNumbers(tensor.range.count, seed: 100 + place)
          let center: Float = tensor.kind == .normalizationScale ? 1 : 0
          block.replaceSubrange(tensor.range, with: numbers.map { center + 0.5 * $0 })
        }
        return block
      }()
  }

  /// Pixels of `images`, dense.
  var pixels: [Float] {
    let image = space.architecture.image
    return seededNumbers(Self.images * image.channels * image.height * image.width, seed: 90)
  }

  var labels: [Int32] {
    (0..<Self.images).map { Int32($0 * 7 % space.architecture.classes) }
  }

  /// Subnets of every kind: full, left and right of seeded widths, two spans a layer, one channel a layer.
  var subnets: [Subnet] {
    var stream = RandomStream(seed: 4, purpose: .testing)
    let widths = Widths(bins: space.ranges.map { 1 + stream.integer(below: $0.total) })
    let spans = space.groups.map { group in
      // The first third and the last third.
      let third = max(1, group.channels / 3)
      return ChannelSlice(spans: [
        ChannelSpan(start: 0, count: third),
        ChannelSpan(start: group.channels - third, count: third),
      ])
    }
    let single = space.lowestWidths
    return [
      space.leftSubnet(of: space.fullWidths), space.leftSubnet(of: widths),
      space.rightSubnet(of: widths), Subnet(slices: spans), space.rightSubnet(of: single),
    ]
  }
}

extension SmallNetwork {
  /// The full block's elements that a subnet uses, in the order of the narrow network's arrays.
  func elements(of tensor: ParameterTensor, in subnet: Subnet) -> [Int] {
    let columns = tensor.shape[tensor.shape.count - 1]
    let outputs = space.slice(ofOutput: tensor.node, in: subnet).channels
    switch tensor.kind {
    case .convolutionWeight, .linearWeight:
      let rows = tensor.shape[tensor.shape.count - 2]
      let inputs = space.slice(ofInput: tensor.node, in: subnet).channels
      return (0..<tensor.range.count / rows / columns).flatMap { tap in
        inputs.flatMap { input in
          outputs.map { tensor.range.lowerBound + (tap * rows + input) * columns + $0 }
        }
      }
    case .depthwiseWeight, .normalizationScale, .normalizationShift, .linearBias:
      return (0..<tensor.range.count / columns).flatMap { tap in
        outputs.map { tensor.range.lowerBound + tap * columns + $0 }
      }
    }
  }

  /// The same network built narrow, with copies of the parameters that the subnet uses.
  func resized(to subnet: Subnet) throws -> SmallNetwork {
    let architecture = space.architecture.resized(
      to: subnet.slices.map(\.count), in: space.groups)
    let narrowLayout = ParameterLayout(architecture)
    var block = [Float](repeating: 0, count: narrowLayout.count)
    for (full, narrow) in zip(layout.tensors, narrowLayout.tensors) {
      block.replaceSubrange(
        narrow.range, with: elements(of: full, in: subnet).map { parameters[$0] })
    }
    return try SmallNetwork(SearchSpace.singleton(architecture), parameters: block)
  }

  /// The only member of a network built narrow.
  var fullSubnet: Subnet { space.leftSubnet(of: space.fullWidths) }
}
