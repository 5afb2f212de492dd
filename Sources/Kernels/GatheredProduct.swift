// Forward convolution and its backward-data are one product: output pixel m is the sum, over the taps that
// fall inside the image, of an input pixel's channels times a panel of weights. Irregularity lives in the
// lists of pixels and taps; this kernel sees dense rows only.

// A full tile has 24 accumulators in 32 registers, 12 in 16; with more the compiler stops unrolling and keeps them in
// memory. Of the shapes that fit, 6 x 4 and 8 x 3 need fewer instructions a multiplication than 12 x 2, which counts where
// two multiplications a cycle leave little room for others, and most where another thread shares the core.
#if KERNELS_V4
  /// Vectors of a weight panel at most.
  public let panelVectors = 4
#else
  /// Vectors of a weight panel at most.
  public let panelVectors = 2
#endif

/// Pixels that a full tile computes at once.
@inline(always)
private func fullRows(vectors: Int) -> Int {
  #if KERNELS_V4
    return vectors == 4 ? 6 : vectors == 3 ? 8 : 12
  #else
    return 6
  #endif
}

/// Channels of the depth that are taken at once.
#if KERNELS_V3
  // Of so few turns the processor predicts the last.
  private let depthStep = 4
#else
  // With 512-bit vectors the compiler makes shuffles of four.
  private let depthStep = 1
#endif

/// Multiplies listed pixels by one weight panel and stores the sums.
///
/// `output[m] = sum over t, k of input[pixel m + tap t][k] * panel[t][k]`, summed in the order of t, then k,
/// for every pixel alike: a pixel's bits do not depend on its neighbours in the list.
///
/// - Parameters:
///   - input: rows of `inputStride` floats, one a pixel.
///   - inputPixels, outputPixels: `count` pixel numbers each.
///   - tapOffsets: pixels to add to an input pixel, one for each of `taps`; at least one.
///   - tapPanels: which tap's weights to use; the panel holds [tap][depth][vectors * lanes].
///   - vectors: the width of the panel, `panelVectors` at most.
///   - ahead: memory that is wanted next; it is asked for step by step of the depth.
///   - aheadFloats: how much of it.
public func multiplyGathered(
  input: UnsafePointer<Float>, inputStride: Int, inputPixels: UnsafePointer<Int32>,
  tapOffsets: UnsafePointer<Int32>, tapPanels: UnsafePointer<Int32>, taps: Int, depth: Int,
  panel: UnsafePointer<Float>, vectors: Int, output: UnsafeMutablePointer<Float>,
  outputStride: Int, outputPixels: UnsafePointer<Int32>, count: Int, ahead: UnsafePointer<Float>,
  aheadFloats: Int
) {
  var source = inputPixels
  var target = outputPixels
  var remaining = count
  // Tiles of nearly equal height: a full one and a rest of one pixel would waste most of the second.
  let fullRows = fullRows(vectors: vectors)
  var tiles = (count + fullRows - 1) / fullRows
  let turns = taps * (depth / depthStep)
  var lines = AheadLines(ahead, floats: aheadFloats, turns: tiles * turns)
  while remaining > 0 {
    let rows = (remaining + tiles - 1) / tiles
    multiplyTile(
      rows, input, inputStride, source, tapOffsets, tapPanels, taps, depth, panel, vectors, output,
      outputStride, target, lines)
    lines.skip(turns)
    source += rows
    target += rows
    remaining -= rows
    tiles -= 1
  }
}

/// One tile of `rows` pixels, no more than a full one has.
@inline(always)
private func multiplyTile(
  _ rows: Int, _ input: UnsafePointer<Float>, _ inputStride: Int, _ source: UnsafePointer<Int32>,
  _ tapOffsets: UnsafePointer<Int32>, _ tapPanels: UnsafePointer<Int32>, _ taps: Int, _ depth: Int,
  _ panel: UnsafePointer<Float>, _ vectors: Int, _ output: UnsafeMutablePointer<Float>,
  _ outputStride: Int, _ target: UnsafePointer<Int32>, _ ahead: AheadLines
) {
  @inline(always)
  func run<let rows: Int, let accumulators: Int>(_ tile: Tile<rows, accumulators>) {
    tile.multiply(
      input, inputStride, source, tapOffsets, tapPanels, taps, depth, panel, output, outputStride,
      target, ahead)
  }
  switch vectors {
  #if KERNELS_V4
    case 4:
      switch rows {
      case 1: run(Tile<1, 4>())
      case 2: run(Tile<2, 8>())
      case 3: run(Tile<3, 12>())
      case 4: run(Tile<4, 16>())
      case 5: run(Tile<5, 20>())
      default: run(Tile<6, 24>())
      }
    case 3:
      switch rows {
      case 1: run(Tile<1, 3>())
      case 2: run(Tile<2, 6>())
      case 3: run(Tile<3, 9>())
      case 4: run(Tile<4, 12>())
      case 5: run(Tile<5, 15>())
      case 6: run(Tile<6, 18>())
      case 7: run(Tile<7, 21>())
      default: run(Tile<8, 24>())
      }
  #endif
  case 2:
    switch rows {
    case 1: run(Tile<1, 2>())
    case 2: run(Tile<2, 4>())
    case 3: run(Tile<3, 6>())
    case 4: run(Tile<4, 8>())
    case 5: run(Tile<5, 10>())
    #if KERNELS_V4
      case 6: run(Tile<6, 12>())
      case 7: run(Tile<7, 14>())
      case 8: run(Tile<8, 16>())
      case 9: run(Tile<9, 18>())
      case 10: run(Tile<10, 20>())
      case 11: run(Tile<11, 22>())
      default: run(Tile<12, 24>())
    #else
      default: run(Tile<6, 12>())
    #endif
    }
  default:
    switch rows {
    case 1: run(Tile<1, 1>())
    case 2: run(Tile<2, 2>())
    case 3: run(Tile<3, 3>())
    case 4: run(Tile<4, 4>())
    case 5: run(Tile<5, 5>())
    #if KERNELS_V4
      case 6: run(Tile<6, 6>())
      case 7: run(Tile<7, 7>())
      case 8: run(Tile<8, 8>())
      case 9: run(Tile<9, 9>())
      case 10: run(Tile<10, 10>())
      case 11: run(Tile<11, 11>())
      default: run(Tile<12, 12>())
    #else
      default: run(Tile<6, 6>())
    #endif
    }
  }
}

/// `rows` pixels by `accumulators / rows` vectors, held in registers through all taps.
private struct Tile<let rows: Int, let accumulators: Int> {
  @inline(always)
  func multiply(
    _ input: UnsafePointer<Float>, _ inputStride: Int, _ source: UnsafePointer<Int32>,
    _ tapOffsets: UnsafePointer<Int32>, _ tapPanels: UnsafePointer<Int32>, _ taps: Int,
    _ depth: Int, _ panel: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>,
    _ outputStride: Int, _ target: UnsafePointer<Int32>, _ ahead: AheadLines
  ) {
    let vectors = accumulators / rows
    var sums = InlineArray<accumulators, Vector> { _ in Vector(repeating: 0) }
    // Row pointers are made outside the inner loop: more work in its body would stop the unrolling.
    var pixels = InlineArray<rows, UnsafePointer<Float>>(repeating: input)
    for m in 0..<rows { pixels[m] = input + Int(source[m]) * inputStride }
    var ahead = ahead
    var tap = 0
    repeat {
      var k = Int(tapOffsets[tap]) * inputStride
      let end = k + depth
      var weights = panel + Int(tapPanels[tap]) * depth * vectors * Vector.scalarCount
      @inline(always)
      func step(_ u: Int) {
        let row = weights + u * vectors * Vector.scalarCount
        for m in 0..<rows {
          let value = Vector(repeating: pixels[m][k + u])
          for v in 0..<vectors {
            sums[m * vectors + v] = multiplyAdd(
              sums[m * vectors + v], value, load(row + v * Vector.scalarCount))
          }
        }
      }
      #if KERNELS_V3
        while k + depthStep <= end {
          ahead.ask()
          step(0)
          step(1)
          step(2)
          step(3)
          weights += depthStep * vectors * Vector.scalarCount
          k += depthStep
        }
        while k < end {
          step(0)
          weights += vectors * Vector.scalarCount
          k += 1
        }
      #else
        while k < end {
          ahead.ask()
          step(0)
          weights += vectors * Vector.scalarCount
          k += 1
        }
      #endif
      tap += 1
    } while tap < taps
    for m in 0..<rows {
      let row = output + Int(target[m]) * outputStride
      for v in 0..<vectors { store(sums[m * vectors + v], row + v * Vector.scalarCount) }
    }
  }
}
