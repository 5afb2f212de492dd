// Forward convolution and its backward-data are one product: output pixel m is the sum, over the taps that
// fall inside the image, of an input pixel's channels times a panel of weights. Irregularity lives in the
// lists of pixels and taps; this kernel sees dense rows only.

/// Pixels a full tile computes at once: 12 x 2 accumulators fill 32 registers, 6 x 2 fill 16.
#if KERNELS_V4
  private let fullRows = 12
#else
  private let fullRows = 6
#endif

/// Multiplies listed pixels by one weight panel and stores the sums.
///
/// `output[m] = sum over t, k of input[pixel m + tap t][k] * panel[t][k]`, summed in the order of t, then k,
/// for every pixel alike: a pixel's bits do not depend on its neighbours in the list.
///
/// - Parameters:
///   - input: rows of `inputStride` floats, one a pixel.
///   - inputPixels, outputPixels: `count` pixel numbers each.
///   - tapOffsets: pixels to add to an input pixel, one for each of `taps`.
///   - tapPanels: which tap's weights to use; the panel holds [tap][depth][panelVectors * lanes].
///   - vectors: how many vectors of the panel are wanted, 1 or 2; the panel is that wide.
public func multiplyGathered(
  input: UnsafePointer<Float>, inputStride: Int, inputPixels: UnsafePointer<Int32>,
  tapOffsets: UnsafePointer<Int32>, tapPanels: UnsafePointer<Int32>, taps: Int, depth: Int,
  panel: UnsafePointer<Float>, vectors: Int, output: UnsafeMutablePointer<Float>,
  outputStride: Int, outputPixels: UnsafePointer<Int32>, count: Int
) {
  var source = inputPixels
  var target = outputPixels
  var remaining = count
  while remaining > 0 {
    let rows = multiplyTile(
      input, inputStride, source, tapOffsets, tapPanels, taps, depth, panel, vectors, output,
      outputStride, target, remaining)
    source += rows
    target += rows
    remaining -= rows
  }
}

/// One tile, as large as the pixels that remain fill; returns how many it covered.
///
/// A panel is two vectors wide, but for the last of a layer whose channels fill no whole one.
@inline(__always)
private func multiplyTile(
  _ input: UnsafePointer<Float>, _ inputStride: Int, _ source: UnsafePointer<Int32>,
  _ tapOffsets: UnsafePointer<Int32>, _ tapPanels: UnsafePointer<Int32>, _ taps: Int, _ depth: Int,
  _ panel: UnsafePointer<Float>, _ vectors: Int, _ output: UnsafeMutablePointer<Float>,
  _ outputStride: Int, _ target: UnsafePointer<Int32>, _ remaining: Int
) -> Int {
  @inline(__always)
  func run<let rows: Int, let accumulators: Int>(_ tile: Tile<rows, accumulators>) -> Int {
    tile.multiply(
      input, inputStride, source, tapOffsets, tapPanels, taps, depth, panel, output, outputStride,
      target)
    return rows
  }
  if vectors == 2 {
    #if KERNELS_V4
      if remaining >= fullRows { return run(Tile<12, 24>()) }
      if remaining >= 8 { return run(Tile<8, 16>()) }
    #else
      if remaining >= fullRows { return run(Tile<6, 12>()) }
    #endif
    if remaining >= 4 { return run(Tile<4, 8>()) }
    if remaining >= 2 { return run(Tile<2, 4>()) }
    return run(Tile<1, 2>())
  }
  #if KERNELS_V4
    if remaining >= fullRows { return run(Tile<12, 12>()) }
    if remaining >= 8 { return run(Tile<8, 8>()) }
  #else
    if remaining >= fullRows { return run(Tile<6, 6>()) }
  #endif
  if remaining >= 4 { return run(Tile<4, 4>()) }
  if remaining >= 2 { return run(Tile<2, 2>()) }
  return run(Tile<1, 1>())
}

/// `rows` pixels by `accumulators / rows` vectors, held in registers through all taps.
///
/// Above about 24 accumulators the compiler stops unrolling and keeps them in memory.
private struct Tile<let rows: Int, let accumulators: Int> {
  @inline(__always)
  func multiply(
    _ input: UnsafePointer<Float>, _ inputStride: Int, _ source: UnsafePointer<Int32>,
    _ tapOffsets: UnsafePointer<Int32>, _ tapPanels: UnsafePointer<Int32>, _ taps: Int,
    _ depth: Int, _ panel: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
    _ outputStride: Int, _ target: UnsafePointer<Int32>
  ) {
    let vectors = accumulators / rows
    var sums = InlineArray<accumulators, Vector>(repeating: Vector(repeating: 0))
    // Row pointers are made outside the inner loop: more work in its body would stop the unrolling.
    var pixels = InlineArray<rows, UnsafePointer<Float>>(repeating: input)
    for m in 0..<rows { pixels[m] = input + Int(source[m]) * inputStride }
    var tap = 0
    repeat {
      var k = Int(tapOffsets[tap]) * inputStride
      let end = k + depth
      var weights = panel + Int(tapPanels[tap]) * depth * vectors * Vector.scalarCount
      repeat {
        for m in 0..<rows {
          let value = Vector(repeating: pixels[m][k])
          for v in 0..<vectors {
            sums[m * vectors + v] = multiplyAdd(
              sums[m * vectors + v], value, load(weights + v * Vector.scalarCount))
          }
        }
        weights += vectors * Vector.scalarCount
        k += 1
      } while k < end
      tap += 1
    } while tap < taps
    for m in 0..<rows {
      let row = output + Int(target[m]) * outputStride
      for v in 0..<vectors { store(sums[m * vectors + v], row + v * Vector.scalarCount) }
    }
  }
}
