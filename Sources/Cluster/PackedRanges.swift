/// Ranges of a large block, and the dense vector that they make one after another.
struct PackedRanges {
  /// Ascending, disjoint, none empty.
  private let ranges: [Range<Int>]
  /// Where each range begins in the dense vector.
  private let starts: [Int]
  /// The length of the dense vector.
  let count: Int

  init(_ ranges: [Range<Int>]) {
    var kept: [Range<Int>] = []
    var starts: [Int] = []
    var count = 0
    for range in ranges where !range.isEmpty {
      precondition(
        range.lowerBound >= kept.last?.upperBound ?? 0, "ranges are ascending and disjoint")
      kept.append(range)
      starts.append(count)
      count += range.count
    }
    self.ranges = kept
    self.starts = starts
    self.count = count
  }

  /// Calls `body` for each unbroken run of elements inside a part of the dense vector, in order.
  ///
  /// - Parameters:
  ///   - part: places in the dense vector.
  ///   - body: is given where the run begins in the block and in the dense vector, and its length.
  func forEachRun(
    in part: Range<Int>, _ body: (_ element: Int, _ packed: Int, _ count: Int) -> Void
  ) {
    var packed = part.lowerBound
    var index = rangeIndex(at: packed)
    while packed < part.upperBound {
      let offset = packed - starts[index]
      let count = min(ranges[index].count - offset, part.upperBound - packed)
      body(ranges[index].lowerBound + offset, packed, count)
      packed += count
      index += 1
    }
  }

  /// The last range that begins at or before a place in the dense vector, by bisection.
  private func rangeIndex(at packed: Int) -> Int {
    var low = 0
    var high = starts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= packed { low = middle } else { high = middle }
    }
    return low
  }
}
