/// How well scores put networks in order, judged by the truth.
public struct RankCorrelation: Hashable, Codable, Sendable {
  /// Kendall's tau-b, Spearman's rho and Pearson's r, in [-1, 1].
  public let kendall, spearman, pearson: Double

  /// None where fewer than two networks differ, in scores or in truth, or where a score is as large as no number should
  /// be.
  public init?(scores: [Double], truth: [Double]) {
    precondition(scores.count == truth.count, "one score for every network")
    guard let kendall = kendallTau(scores, truth),
      let spearman = pearsonCorrelation(averageRanks(scores), averageRanks(truth)),
      let pearson = pearsonCorrelation(scores, truth)
    else { return nil }
    self.kendall = kendall
    self.spearman = spearman
    self.pearson = pearson
  }
}

/// Kendall's tau-b, the version that allows for ties (Kendall 1945), in n log n steps (Knight 1966).
///
/// - Returns: none where all of either list are tied.
public func kendallTau(_ x: [Double], _ y: [Double]) -> Double? {
  precondition(x.count == y.count, "pairs of values")
  let order = x.indices.sorted { x[$0] != x[$1] ? x[$0] < x[$1] : y[$0] < y[$1] }
  let pairs = x.count * (x.count - 1) / 2
  let tiedInX = tiedPairs(order) { x[$0] == x[$1] }
  let tiedInBoth = tiedPairs(order) { x[$0] == x[$1] && y[$0] == y[$1] }
  var sorted = order.map { y[$0] }
  let swaps = sortCountingSwaps(&sorted)
  let tiedInY = tiedPairs(Array(sorted.indices)) { sorted[$0] == sorted[$1] }
  let (free, other) = (pairs - tiedInX, pairs - tiedInY)
  guard free > 0, other > 0 else { return nil }
  let surplus = Double(pairs - tiedInX - tiedInY + tiedInBoth - 2 * swaps)
  return surplus / Double(free).squareRoot() / Double(other).squareRoot()
}

/// Pairs inside runs of neighbours that are alike.
private func tiedPairs(_ order: [Int], _ alike: (Int, Int) -> Bool) -> Int {
  var pairs = 0
  var run = 1
  for place in order.indices.dropFirst() {
    run = alike(order[place - 1], order[place]) ? run + 1 : 1
    pairs += run - 1
  }
  return pairs
}

/// Merge sort; returns how many pairs stood in the wrong order.
private func sortCountingSwaps(_ values: inout [Double]) -> Int {
  var swaps = 0
  var merged = values
  var width = 1
  while width < values.count {
    for start in stride(from: 0, to: values.count, by: 2 * width) {
      let (middle, end) = (min(start + width, values.count), min(start + 2 * width, values.count))
      var (left, right) = (start, middle)
      for place in start..<end {
        if right == end || left < middle && values[left] <= values[right] {
          merged[place] = values[left]
          left += 1
        } else {
          merged[place] = values[right]
          right += 1
          swaps += middle - left
        }
      }
    }
    swap(&values, &merged)
    width *= 2
  }
  return swaps
}

/// Ranks from 1; tied values share the mean of theirs.
func averageRanks(_ values: [Double]) -> [Double] {
  let order = values.indices.sorted { values[$0] < values[$1] }
  var ranks = [Double](repeating: 0, count: values.count)
  var first = 0
  while first < order.count {
    var last = first
    while last + 1 < order.count, values[order[last + 1]] == values[order[first]] { last += 1 }
    for place in first...last { ranks[order[place]] = Double(first + last) / 2 + 1 }
    first = last + 1
  }
  return ranks
}

/// Pearson's product-moment correlation; none where either list is constant, or too large for sums of squares.
func pearsonCorrelation(_ x: [Double], _ y: [Double]) -> Double? {
  let count = Double(x.count)
  let (meanX, meanY) = (x.reduce(0, +) / count, y.reduce(0, +) / count)
  var (xx, yy, xy) = (0.0, 0.0, 0.0)
  for (a, b) in zip(x, y) {
    xx += (a - meanX) * (a - meanX)
    yy += (b - meanY) * (b - meanY)
    xy += (a - meanX) * (b - meanY)
  }
  guard xx > 0, yy > 0 else { return nil }
  let found = xy / xx.squareRoot() / yy.squareRoot()
  return found.isFinite ? found : nil
}
