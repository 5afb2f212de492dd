/// More accumulators than the compiler unrolls: their array lies on the stack.
public func plantedArray(
  _ values: UnsafePointer<Float>, _ weights: UnsafePointer<Vector>, _ depth: Int,
  _ results: UnsafeMutablePointer<Vector>
) {
  var sums = InlineArray<40, Vector> { _ in Vector(repeating: 0) }
  sumProducts(values, weights, depth, &sums)
  for m in 0..<40 { results[m] = sums[m] }
}

/// More accumulators than there are registers, in unrolled loops: some are spilled.
public func plantedSpill(
  _ values: UnsafePointer<Float>, _ weights: UnsafePointer<Vector>, _ depth: Int,
  _ results: UnsafeMutablePointer<Vector>
) {
  var left = InlineArray<12, Vector> { _ in Vector(repeating: 0) }
  var middle = left
  var right = left
  var k = 0
  repeat {
    for m in 0..<12 { left[m].addProduct(Vector(repeating: values[k]), weights[k + m]) }
    for m in 0..<12 { middle[m].addProduct(Vector(repeating: values[k + 1]), weights[k + m]) }
    for m in 0..<12 { right[m].addProduct(Vector(repeating: values[k + 2]), weights[k + m]) }
    k += 1
  } while k < depth
  for m in 0..<12 {
    results[3 * m] = left[m]
    results[3 * m + 1] = middle[m]
    results[3 * m + 2] = right[m]
  }
}

/// A vector wider than a register, whose product the compiler takes lane by lane through the stack.
public func plantedLanes(
  _ values: UnsafePointer<Float>, _ weights: UnsafePointer<SIMD32<Float>>, _ depth: Int,
  _ result: UnsafeMutablePointer<SIMD32<Float>>
) {
  var sum = SIMD32<Float>(repeating: 0)
  for k in 0..<depth { sum.addProduct(SIMD32(repeating: values[k]), weights[k]) }
  result[0] = sum
}
