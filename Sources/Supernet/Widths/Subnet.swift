import Engine

/// Which channels of the full network one forward pass uses.
public struct Subnet: Hashable, Codable, Sendable {
  /// One slice a width group, in the order of the space's groups.
  public let slices: [ChannelSlice]

  /// The subnet of these slices.
  public init(slices: [ChannelSlice]) {
    self.slices = slices
  }
}

extension SearchSpace {
  /// The first channels of every group.
  public func leftSubnet(of widths: Widths) -> Subnet {
    Subnet(slices: channels(of: widths).map { ChannelSlice(0..<$0) })
  }

  /// The last channels of every group: the mirror image of the left subnet.
  public func rightSubnet(of widths: Widths) -> Subnet {
    Subnet(
      slices: zip(groups, channels(of: widths)).map { group, kept in
        ChannelSlice(group.channels - kept..<group.channels)
      })
  }

  /// The channels of a node's output that a subnet uses; all of them for the image and the classes.
  public func slice(ofOutput node: Int, in subnet: Subnet) -> ChannelSlice {
    guard let group = group(ofNode: node) else {
      return ChannelSlice(0..<architecture.outputShapes[node].channels)
    }
    return subnet.slices[group]
  }

  /// The channels of a node's first input that a subnet uses; operands of a sum use the same.
  ///
  /// - Precondition: the node is not the image.
  public func slice(ofInput node: Int, in subnet: Subnet) -> ChannelSlice {
    slice(ofOutput: architecture.nodes[node].inputs[0], in: subnet)
  }
}
