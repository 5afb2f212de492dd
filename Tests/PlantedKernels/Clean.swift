/// As many accumulators as registers hold, and nothing generic that is not inlined.
public func plantedClean(
  _ values: UnsafePointer<Float>, _ weights: UnsafePointer<Vector>, _ depth: Int,
  _ results: UnsafeMutablePointer<Vector>
) {
  var sums = InlineArray<8, Vector> { _ in Vector(repeating: 0) }
  sumProducts(values, weights, depth, &sums)
  for m in 0..<8 { results[m] = sums[m] }
}
