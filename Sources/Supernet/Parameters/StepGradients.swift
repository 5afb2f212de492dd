import Engine

/// The gradients of an optimiser step: for each logical shard of a rank, a block of all parameters.
///
/// The first subnet of a step stores its gradient over what the step before has left, later ones add theirs. So little
/// is ever cleared: where a later subnet is the first to write, and where the first block, which the update reads as a
/// whole, holds something of the step before that nobody has written over.
///
///     begin -> for each subnet: add, and a whole training pass into what it returns -> finish
///
/// It clears on the context's threads, so no operator may be running.
public final class StepGradients {
  private let space: SearchSpace
  private let layout: ParameterLayout
  private let context: EngineContext
  private let storage: [AlignedStorage<Float>]
  private var subnets: [Subnet] = []
  private var touched: [Range<Int>] = []
  private var touchedBefore: [Range<Int>] = []

  /// Blocks for so many shards, one or more, all zero.
  public init(shards: Int, of space: SearchSpace, layout: ParameterLayout, context: EngineContext) {
    precondition(shards >= 1, "a step has shards")
    self.space = space
    self.layout = layout
    self.context = context
    storage = (0..<shards).map { _ in AlignedStorage(count: layout.count) }
  }

  /// How many shards there are.
  public var shards: Int { storage.count }

  /// Where each shard's block starts; held by this object.
  ///
  /// Others may write only what `finish` has returned, until the next step begins.
  public var blocks: [UnsafeMutablePointer<Float>] { storage.map(\.pointer) }

  /// Begins a step, whatever has become of the one before.
  public func begin() {
    if !subnets.isEmpty { touchedBefore = [0..<layout.count] }
    subnets = []
    touched = []
  }

  /// Where the step's next subnet writes its gradient, all of it.
  public func add(_ subnet: Subnet) -> ParameterGradients {
    let before = touched
    subnets.append(subnet)
    touched = layout.touchedRanges(of: subnets, in: space)
    guard subnets.count > 1 else { return .stored(in: blocks) }
    clear(touched.subtracting(before), in: blocks)
    return .added(to: blocks)
  }

  /// Ends the step.
  ///
  /// - Returns: what its subnets touched, as ascending, disjoint ranges of each block. Until the next step the first block is
  ///   zero elsewhere; the others hold nothing of use there.
  public func finish() -> [Range<Int>] {
    clear(touchedBefore.subtracting(touched), in: [blocks[0]])
    touchedBefore = touched
    touched = []
    subnets = []
    return touchedBefore
  }

  private func clear(_ ranges: [Range<Int>], in blocks: [UnsafeMutablePointer<Float>]) {
    context.threads.forEach(blocks.count) { shard in
      for range in ranges {
        (blocks[shard] + range.lowerBound).update(repeating: 0, count: range.count)
      }
    }
  }
}

extension [Range<Int>] {
  /// What is in these ranges and not in others; both ascend and are disjoint.
  ///
  /// In one pass: a wide network's slices are tens of thousands of ranges, which `RangeSet` would move for every one it
  /// removes.
  package func subtracting(_ others: [Range<Int>]) -> [Range<Int>] {
    var result: [Range<Int>] = []
    var next = others.startIndex
    for range in self {
      var start = range.lowerBound
      while next < others.endIndex, others[next].upperBound <= start { next += 1 }
      var other = next
      while other < others.endIndex, others[other].lowerBound < range.upperBound {
        if start < others[other].lowerBound { result.append(start..<others[other].lowerBound) }
        start = Swift.max(start, others[other].upperBound)
        other += 1
      }
      if start < range.upperBound { result.append(start..<range.upperBound) }
    }
    return result
  }
}
