/// Which nodes have to have the same channels: union-find, where the earliest node stands for all.
private struct ChannelBinding {
  private var parent: [Int] = []

  /// Adds the next node, which either passes the channels of `source` on or makes its own.
  mutating func append(passingOn source: Int?) {
    parent.append(source ?? parent.count)
  }

  func representative(of node: Int) -> Int {
    var place = node
    while parent[place] != place { place = parent[place] }
    return place
  }

  mutating func bind(_ first: Int, _ second: Int) {
    let (one, other) = (representative(of: first), representative(of: second))
    parent[max(one, other)] = min(one, other)
  }
}

extension Architecture {
  /// The variables of a width search, in network order.
  ///
  /// Every ordinary convolution makes new channels; a sum binds its operands; everything else passes on
  /// what it reads. Channels bound to the image, and the classes, are not searched.
  public var widthGroups: [WidthGroup] {
    let binding = channelBinding
    let members = Dictionary(grouping: nodes.indices, by: binding.representative(of:))
    return members.sorted { $0.key < $1.key }.compactMap { first, nodes in
      guard case .convolution(let outputs, _, _) = self.nodes[first].operation else { return nil }
      return WidthGroup(name: self.nodes[first].name, channels: outputs, nodes: nodes)
    }
  }

  private var channelBinding: ChannelBinding {
    var binding = ChannelBinding()
    for node in nodes {
      switch node.operation {
      case .image, .convolution, .linear:
        binding.append(passingOn: nil)
      case .add:
        binding.append(passingOn: node.inputs[0])
        binding.bind(node.inputs[0], node.inputs[1])
      default:
        binding.append(passingOn: node.inputs[0])
      }
    }
    return binding
  }

  /// The same network with other widths: built narrow, as it is retrained alone, or widened for its supernet.
  ///
  /// - Parameters:
  ///   - channels: the new width of each group, at least 1.
  ///   - groups: this network's `widthGroups`.
  public func resized(to channels: [Int], in groups: [WidthGroup]) -> Architecture {
    precondition(channels.count == groups.count, "a resized network needs one width a group")
    var resized = nodes
    for (group, width) in zip(groups, channels) {
      precondition(width >= 1, "\(width) channels for \(group.name)")
      for place in group.nodes {
        guard case .convolution(_, let kernel, let stride) = nodes[place].operation else {
          continue
        }
        resized[place] = Node(
          name: nodes[place].name,
          operation: .convolution(outputs: width, kernel: kernel, stride: stride),
          inputs: nodes[place].inputs)
      }
    }
    return Architecture(validName: name, image: image, classes: classes, nodes: resized)
  }
}
