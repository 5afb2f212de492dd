import Glibc
import Testing

/// Records an issue unless every element lies within its tolerance; it names the worst one.
///
/// - Parameters:
///   - actual: single-precision results.
///   - expected: their twins in double precision.
///   - what: the results' name for the reader of a failure.
public func expectClose(
  _ actual: [Float], _ expected: [Expected], _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard actual.count == expected.count else {
    Issue.record(
      "\(what): \(actual.count) elements instead of \(expected.count)",
      sourceLocation: sourceLocation)
    return
  }
  var worst = (index: 0, excess: 0.0)
  for (index, twin) in expected.enumerated() {
    let distance = abs(Double(actual[index]) - twin.value)
    let excess = distance <= twin.tolerance ? 0 : distance / twin.tolerance
    // A distance that is no number is worse than any other.
    if !(excess <= worst.excess) { worst = (index, excess.isNaN ? .infinity : excess) }
  }
  guard worst.excess > 0 else { return }
  let twin = expected[worst.index]
  Issue.record(
    """
    \(what): element \(worst.index) of \(expected.count) is \(actual[worst.index]) instead of \
    \(twin.value), \(worst.excess) times the tolerance of \(twin.tolerance)
    """, sourceLocation: sourceLocation)
}

/// Records an issue unless both lists hold the same bits; it names the first difference.
public func expectEqualBits(
  _ actual: [Float], _ expected: [Float], _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard actual.count == expected.count else {
    Issue.record(
      "\(what): \(actual.count) elements instead of \(expected.count)",
      sourceLocation: sourceLocation)
    return
  }
  if haveEqualBytes(actual, expected) { return }
  let different = actual.indices.filter { actual[$0].bitPattern != expected[$0].bitPattern }
  guard let first = different.first else { return }
  Issue.record(
    """
    \(what): \(different.count) of \(actual.count) elements differ, the first at \(first): \
    \(actual[first]) instead of \(expected[first])
    """, sourceLocation: sourceLocation)
}

private func haveEqualBytes(_ a: [Float], _ b: [Float]) -> Bool {
  a.withUnsafeBytes { left in
    b.withUnsafeBytes { right in
      guard let first = left.baseAddress, let second = right.baseAddress else { return true }
      return memcmp(first, second, left.count) == 0
    }
  }
}
