/// What widths cost: multiply-accumulates for one image, and parameters.
///
/// MACs are those of convolutions and of the classifier; batch norm, activations, sums, pooling and biases
/// count nothing. Parameters are filters, scale and shift of batch norm, and the classifier with its bias.
/// Channel-Bench-Macro counts both the same way (and calls MACs "flops").
public struct CostModel: Sendable {
  /// Whose widths are counted.
  public let space: SearchSpace

  /// What the multiply-accumulates are the sum of, one term for each product of groups.
  public let macTerms: [CostTerm]
  private let layers: [LayerTerms]
  private let parameterTerms: [CostTerm]

  /// The costs of all widths of a space.
  public init(_ space: SearchSpace) {
    self.space = space
    layers = LayerTerms.all(of: space)
    macTerms = CostTerm.merged(layers.flatMap(\.macs))
    parameterTerms = CostTerm.merged(layers.flatMap(\.parameters))
  }

  /// Multiply-accumulates of a forward pass for one image.
  public func macs(of widths: Widths) -> Int { macs(ofChannels: space.channels(of: widths)) }

  /// Multiply-accumulates when each group has the given number of channels.
  public func macs(ofChannels channels: [Int]) -> Int { macTerms.total(for: channels) }

  /// How many parameters the network of these widths has on its own.
  public func parameters(of widths: Widths) -> Int {
    parameters(ofChannels: space.channels(of: widths))
  }

  /// How many parameters there are when each group has the given number of channels.
  public func parameters(ofChannels channels: [Int]) -> Int { parameterTerms.total(for: channels) }

  /// One row for each layer that costs anything, in network order; the rows add up to the totals.
  public func rows(of widths: Widths) -> [LayerCost] {
    let channels = space.channels(of: widths)
    return layers.map { $0.row(in: space, channels: channels) }
  }
}

/// The cost of one layer.
public struct LayerCost: Hashable, Codable, Sendable {
  /// The node's name.
  public let name: String
  /// What it does, as in "convolution 3x3, stride 2".
  public let operation: String
  /// Channels that it reads.
  public let inputs: Int
  /// Channels that it makes.
  public let outputs: Int
  /// Rows of its output.
  public let height: Int
  /// Columns of its output.
  public let width: Int
  /// Multiply-accumulates for one image.
  public let macs: Int
  /// Parameters.
  public let parameters: Int
}
