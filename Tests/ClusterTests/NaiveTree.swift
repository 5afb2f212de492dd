/// The sum over shards `first..<last` of one element, straight from the definition of the tree.
func naiveTreeSum(
  _ first: Int, _ last: Int, of value: (_ shard: Int) -> Float
) -> Float {
  if last - first == 1 { return value(first) }
  var half = 1
  while 2 * half < last - first { half *= 2 }
  return naiveTreeSum(first, first + half, of: value)
    + naiveTreeSum(first + half, last, of: value)
}

/// Gradients that any rank can tell: of very different magnitudes, so that the order of additions
/// shows.
enum PlantedGradients {
  static let elements = 20_000

  /// One block for each of the first nine shards.
  static let blocks = (0..<9).map { shard in
    (0..<elements).map { plant(shard: UInt64(shard), element: UInt64($0)) }
  }

  /// A finaliser of SplitMix64 over the place, some of it turned into negative zeros.
  private static func plant(shard: UInt64, element: UInt64) -> Float {
    var bits = shard &* 0x9E37_79B9_7F4A_7C15 &+ (element + 1) &* 0xD1B5_4A32_D192_ED03
    bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
    bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
    bits ^= bits >> 31
    if bits % 17 == 0 { return -0.0 }
    let fraction = Float(Int64(bitPattern: bits) >> 40) * 0x1p-23
    return fraction * Float(sign: .plus, exponent: Int(bits % 13), significand: 1)
  }
}
