import CXXHash

/// XXH3 over bytes that come in pieces; xxHash shares one state between its two widths.
final class Digester {
  private let state: OpaquePointer = XXH3_createState()

  init() {
    XXH3_64bits_reset(state)
  }

  deinit { XXH3_freeState(state) }

  func update(_ bytes: UnsafeRawBufferPointer) {
    XXH3_64bits_update(state, bytes.baseAddress, bytes.count)
  }

  /// Sixteen hexadecimal digits, as `xxhsum -H3` prints them.
  var hex64: String { hexadecimal(XXH3_64bits_digest(state)) }

  /// 32 hexadecimal digits, as `xxhsum -H2` prints them.
  var hex128: String {
    let digest = XXH3_128bits_digest(state)
    return hexadecimal(digest.high64) + hexadecimal(digest.low64)
  }
}

/// XXH3 with 64 bits over `bytes`, sixteen hexadecimal digits; each seed is another function.
func digest64(_ bytes: ArraySlice<UInt8>, seed: Int) -> String {
  bytes.withUnsafeBytes {
    hexadecimal(XXH3_64bits_withSeed($0.baseAddress, $0.count, UInt64(seed)))
  }
}

private func hexadecimal(_ value: UInt64) -> String {
  let digits = String(value, radix: 16)
  return String(repeating: "0", count: 16 - digits.count) + digits
}
