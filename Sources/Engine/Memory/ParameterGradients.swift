/// Where the gradient of parameters goes: for each logical shard a block of the full layer's, or network's, size.
///
/// A subnet's pass writes every element of its slices once and no other: a second value for an element has to be added
/// (`accumulating`), since the first may have been stored. Threads write disjoint elements. The blocks are held by whoever
/// made this.
public struct ParameterGradients: @unchecked Sendable {
  /// For each shard (an equal run of images), where the full gradient starts.
  private let blocks: [UnsafeMutablePointer<Float>]
  /// Whether what is there counts.
  private let accumulates: Bool

  private init(_ blocks: [UnsafeMutablePointer<Float>], accumulates: Bool) {
    precondition(!blocks.isEmpty, "a batch has shards")
    self.blocks = blocks
    self.accumulates = accumulates
  }

  /// Replaces what is there.
  public static func stored(in blocks: [UnsafeMutablePointer<Float>]) -> ParameterGradients {
    ParameterGradients(blocks, accumulates: false)
  }

  /// Adds to what is there.
  public static func added(to blocks: [UnsafeMutablePointer<Float>]) -> ParameterGradients {
    ParameterGradients(blocks, accumulates: true)
  }

  /// How many shards the batch has.
  public var shards: Int { blocks.count }

  /// The gradient of a tensor that starts at an element of the blocks.
  public func advanced(by offset: Int) -> ParameterGradients {
    ParameterGradients(blocks.map { $0 + offset }, accumulates: accumulates)
  }

  /// The same places, where what is there counts.
  var accumulating: ParameterGradients { .added(to: blocks) }

  /// Writes a dense row to a slice's places in a full row.
  ///
  /// - Parameter place: where the full row starts in the shard's block.
  func write(
    _ dense: UnsafePointer<Float>, to slice: ChannelSlice, at place: Int, ofShard shard: Int,
    kernels: KernelSet
  ) {
    var source = dense
    for span in slice.spans {
      let target = blocks[shard] + place + span.start
      if accumulates {
        kernels.addInto(target, source, span.count)
      } else {
        target.update(from: source, count: span.count)
      }
      source += span.count
    }
  }

  /// Writes one element.
  func write(_ value: Float, at place: Int, ofShard shard: Int) {
    blocks[shard][place] = accumulates ? blocks[shard][place] + value : value
  }
}
