/// Where the time of training passes goes: seconds of every layer, forward and backward.
///
/// For benchmarks. An executor that is given one adds to it; one without takes no time.
public final class ExecutionProfile {
  /// One layer in one direction.
  public struct Entry: Sendable {
    /// The node's name in the architecture.
    public let layer: String
    /// What the layer does.
    public let operation: Architecture.Operation
    /// Whether this is the backward pass.
    public let isBackward: Bool
    /// Seconds, over all passes.
    public var seconds: Double
  }

  private var entries: [Key: Entry] = [:]

  private struct Key: Hashable {
    let node: Int
    let isBackward: Bool
  }

  /// A profile of nothing.
  public init() {}

  /// The layers in network order, forward before backward.
  public var layers: [Entry] {
    entries.sorted {
      ($0.key.node, $0.key.isBackward ? 1 : 0) < ($1.key.node, $1.key.isBackward ? 1 : 0)
    }
    .map(\.value)
  }

  func measure(_ node: Int, of architecture: Architecture, backward: Bool, _ body: () -> Void) {
    let duration = ContinuousClock().measure(body) / .seconds(1)
    let layer = architecture.nodes[node]
    entries[
      Key(node: node, isBackward: backward),
      default: Entry(
        layer: layer.name, operation: layer.operation, isBackward: backward, seconds: 0)
    ].seconds += duration
  }
}
