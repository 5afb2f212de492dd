// Backward-filter: for one tap, the filter gradient of 8 (4) input channels by up to 3 vectors of output
// channels is the sum over pixels of an outer product. Pixels come as runs along image rows.

/// Input channels that one call covers; padded channels are zero and cost only time.
public let outerRows = OuterRows.scalarCount

/// Vectors of output channels that one call covers at most.
public let outerVectors = 3

/// Sums, over all pixels of some runs, `input[pixel][0..<outerRows]` times `gradient[pixel]`.
///
/// Pixels are summed in the order of the runs, continuing from what `sums` holds, so splitting the runs over
/// several calls gives the same bits as one call.
///
/// - Parameters:
///   - runs: triples (input pixel, gradient pixel, length >= 1), `runCount` >= 1 of them.
///   - inputStep: floats from one input pixel of a run to the next.
///   - gradientStep: floats from one gradient pixel of a run to the next.
///   - sums: rows of `vectors` vectors, one an input channel.
///   - continuing: whether `sums` holds a sum already; it is overwritten otherwise.
///   - ahead: memory that is wanted next; it is asked for pixel by pixel.
///   - aheadFloats: how much of it.
public func accumulateOuterProducts(
  input: UnsafePointer<Float>, inputStride: Int, inputStep: Int,
  gradient: UnsafePointer<Float>, gradientStride: Int, gradientStep: Int,
  runs: UnsafePointer<Int32>, runCount: Int, vectors: Int,
  sums: UnsafeMutablePointer<Float>, continuing: Bool, ahead: UnsafePointer<Float>,
  aheadFloats: Int
) {
  var pixels = 0
  if aheadFloats > 0 { for run in 0..<runCount { pixels += Int(runs[3 * run + 2]) } }
  let lines = AheadLines(ahead, floats: aheadFloats, turns: pixels)
  @inline(always)
  func run<let rows: Int, let accumulators: Int>(_ tile: OuterTile<rows, accumulators>) {
    tile.accumulate(
      input, inputStride, inputStep, gradient, gradientStride, gradientStep, runs, runCount, sums,
      continuing, lines)
  }
  #if KERNELS_V4
    switch vectors {
    case 3: run(OuterTile<8, 24>())
    case 2: run(OuterTile<8, 16>())
    default: run(OuterTile<8, 8>())
    }
  #else
    switch vectors {
    case 3: run(OuterTile<4, 12>())
    case 2: run(OuterTile<4, 8>())
    default: run(OuterTile<4, 4>())
    }
  #endif
}

private struct OuterTile<let rows: Int, let accumulators: Int> {
  @inline(always)
  func accumulate(
    _ input: UnsafePointer<Float>, _ inputStride: Int, _ inputStep: Int,
    _ gradient: UnsafePointer<Float>, _ gradientStride: Int, _ gradientStep: Int,
    _ runs: UnsafePointer<Int32>, _ runCount: Int, _ sums: UnsafeMutablePointer<Float>,
    _ continuing: Bool, _ ahead: AheadLines
  ) {
    let vectors = accumulators / rows
    var totals = InlineArray<accumulators, Vector> { _ in Vector(repeating: 0) }
    if continuing {
      for i in 0..<accumulators { totals[i] = load(sums + i * Vector.scalarCount) }
    }
    var ahead = ahead
    var run = runs
    let end = runs + 3 * runCount
    repeat {
      var x = input + Int(run[0]) * inputStride
      var g = gradient + Int(run[1]) * gradientStride
      var left = run[2]
      repeat {
        ahead.ask()
        for m in 0..<rows {
          let value = Vector(repeating: x[m])
          for v in 0..<vectors {
            totals[m * vectors + v] = multiplyAdd(
              totals[m * vectors + v], value, load(g + v * Vector.scalarCount))
          }
        }
        x += inputStep
        g += gradientStep
        left -= 1
      } while left > 0
      run += 3
    } while run < end
    for i in 0..<accumulators { store(totals[i], sums + i * Vector.scalarCount) }
  }
}

/// Cuts pixels into tiles of `outerRows` channels: tile t of all pixels, one after another, starts at
/// `t * tileStride`.
///
/// - Parameters:
///   - x: pixels of `stride` floats.
///   - tiles: how many tiles; together they are no longer than a pixel.
public func cutRows(
  _ x: UnsafePointer<Float>, pixels: Int, stride: Int, tiles: Int,
  _ y: UnsafeMutablePointer<Float>, tileStride: Int
) {
  for p in 0..<pixels {
    for tile in 0..<tiles {
      let rows = UnsafeRawPointer(x + p * stride + tile * outerRows).loadUnaligned(
        as: OuterRows.self)
      UnsafeMutableRawPointer(y + tile * tileStride + p * outerRows).storeBytes(
        of: rows, as: OuterRows.self)
    }
  }
}
