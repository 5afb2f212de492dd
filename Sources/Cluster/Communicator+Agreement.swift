/// How the values of all ranks become one.
public enum Reduction: Sendable, CaseIterable {
  /// The smallest.
  case minimum
  /// The largest.
  case maximum
  /// The sum, trapping on overflow.
  case sum

  func combine(_ left: Int64, _ right: Int64) -> Int64 {
    switch self {
    case .minimum: min(left, right)
    case .maximum: max(left, right)
    case .sum: left + right
    }
  }
}

extension Communicator {
  /// Replaces each value by its reduction over all ranks.
  public func allReduce(
    _ values: inout [Int64], _ reduction: Reduction
  ) throws(ClusterError) {
    let count = values.count
    let all = try gather(values)
    for index in 0..<count {
      values[index] = (1..<size).reduce(all[index]) {
        reduction.combine($0, all[$1 * count + index])
      }
    }
  }

  /// The sum of each value over the ranks, added in rank order.
  ///
  /// The same bits on every rank, but not for every number of ranks: for figures that must not
  /// depend on it, add the result of `gatherInShardOrder` instead.
  public func sumInRankOrder(_ values: [Double]) throws(ClusterError) -> [Double] {
    let all = try gather(values)
    return values.indices.map { index in
      (1..<size).reduce(all[index]) { $0 + all[$1 * values.count + index] }
    }
  }

  /// The exit code that all ranks leave with.
  ///
  /// A failure outweighs `temporary` ("checkpointed, please requeue"), which outweighs success: a
  /// job that cannot succeed must not be requeued for ever. Of several failures the lowest rank's
  /// counts.
  public func agreedExitCode(_ own: Int32, temporary: Int32 = 75) throws(ClusterError) -> Int32 {
    let codes = try gather([own])
    let failure = codes.first { $0 != 0 && $0 != temporary }
    return failure ?? codes.first { $0 == temporary } ?? 0
  }
}
