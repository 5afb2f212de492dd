// Kernels with planted faults, and their like without: what the checks of KernelCodeTests refuse and what they
// let pass. They are compiled with the flags of the kernels and never linked.

#if KERNELS_V4
  /// One 512-bit register.
  public typealias Vector = SIMD16<Float>
#else
  /// One 256-bit register.
  public typealias Vector = SIMD8<Float>
#endif

/// Sums the products of rows and one vector of weights a step, with an accumulator for each row.
@inline(__always)
func sumProducts<let rows: Int>(
  _ values: UnsafePointer<Float>, _ weights: UnsafePointer<Vector>, _ depth: Int,
  _ sums: inout InlineArray<rows, Vector>
) {
  var k = 0
  repeat {
    for m in 0..<rows { sums[m].addProduct(Vector(repeating: values[k * rows + m]), weights[k]) }
    k += 1
  } while k < depth
}
