/// The candidates that no other beats: none is both no dearer and more accurate, or cheaper and no worse.
///
/// Those that were given up early take no part.
///
/// - Returns: their places among the candidates, from the cheapest to the dearest. Of candidates equal in
///   both cost and accuracy the first is named.
public func paretoFront(_ candidates: [ReportCandidate]) -> [Int] {
  let order = candidates.indices.filter { candidates[$0].isComplete }.sorted { left, right in
    let (first, second) = (candidates[left], candidates[right])
    if first.macs != second.macs { return first.macs < second.macs }
    if first.accuracy != second.accuracy { return first.accuracy > second.accuracy }
    return left < right
  }
  var best = -Double.infinity
  return order.filter { index in
    defer { best = max(best, candidates[index].accuracy) }
    return candidates[index].accuracy > best
  }
}
