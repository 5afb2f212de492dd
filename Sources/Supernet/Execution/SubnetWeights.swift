import Engine

/// The weights of one subnet as its operators read them, but for depthwise layers by themselves: packed by the first pass that
/// takes an operator, and kept for the next batches.
///
/// Packing takes a twentieth of a pass of ResNet-50 over 16 images. The memory is that of the widest subnet so far: its weights
/// once where they are panels, four times where Winograd's transform made more of them, of ResNet-50 twice in all.
public final class SubnetWeights {
  private var subnet: Subnet?
  /// By the steps that one operator takes.
  private var layers: [Range<Int>: KeptWeights] = [:]

  /// Of no subnet yet.
  public init() {}

  /// Begins a subnet: forgets what was packed, as it has to be after every change of the weights.
  public func open(_ subnet: Subnet) {
    self.subnet = subnet
    for layer in layers.values { layer.forget() }
  }

  /// Those of an operator.
  func layer(_ steps: Range<Int>, of subnet: Subnet) -> KeptWeights {
    precondition(subnet == self.subnet, "the weights that are kept are another subnet's")
    if let layer = layers[steps] { return layer }
    let layer = KeptWeights()
    layers[steps] = layer
    return layer
  }
}
