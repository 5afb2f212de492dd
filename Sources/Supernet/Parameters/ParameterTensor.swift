/// One array of parameters: a range of the flat block that holds all of them.
public struct ParameterTensor: Hashable, Sendable {
  /// What the numbers are; a kind also fixes their order.
  public enum Kind: String, Hashable, Sendable {
    /// [kernel, kernel, inputs, outputs].
    case convolutionWeight
    /// [kernel, kernel, channels].
    case depthwiseWeight
    /// [channels].
    case normalizationScale
    /// [channels].
    case normalizationShift
    /// [inputs, outputs].
    case linearWeight
    /// [outputs].
    case linearBias
  }

  /// The node's name, then ".weight" or ".bias".
  public let name: String
  /// What the numbers are.
  public let kind: Kind
  /// The extents at full width, slowest first.
  public let shape: [Int]
  /// The elements of the flat block.
  public let range: Range<Int>
  /// The node it belongs to.
  public let node: Int

  /// Whether weight decay applies: to filters and the classifier, not to batch norm and biases.
  public var decays: Bool {
    switch kind {
    case .convolutionWeight, .depthwiseWeight, .linearWeight: true
    case .normalizationScale, .normalizationShift, .linearBias: false
    }
  }
}
