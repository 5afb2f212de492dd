// Depthwise convolution: each channel has its own filter, so a vector register holds neighbouring channels
// of one pixel. Sources have borders of zeros, so every tap of every pixel is there. Weights are
// [tap][channels], padded like a pixel.

/// Filters some rows of pixels: every target pixel is the sum over the window, in the order of taps, normalised and activated.
///
/// - Parameters:
///   - source: the first tap of the first target pixel; `sourceRow` floats from row to row and `pixelStride` from
///     pixel to pixel.
///   - floats: how many floats of each pixel are filtered.
///   - weights: the first tap; `weightStride` floats from tap to tap.
///   - scale, shift: of each channel; where there are none, sums are stored as they are.
///   - activation: what follows them; see `activate`.
///   - kernel: the side of the window, which moves by `step` pixels.
///   - target: the first of `rows` x `columns` pixels, at least one column; `targetStride` floats from pixel to pixel.
public func depthwiseRows(
  _ source: UnsafePointer<Float>, sourceRow: Int, pixelStride: Int, floats: Int,
  weights: UnsafePointer<Float>, weightStride: Int, scale: UnsafePointer<Float>?,
  shift: UnsafePointer<Float>?, activation: Int, kernel: Int, step: Int,
  _ target: UnsafeMutablePointer<Float>, targetStride: Int, rows: Int, columns: Int
) {
  if let scale, let shift {
    depthwise(
      NormalizingEpilogue(scale, shift, activation: activation), source, sourceRow, pixelStride,
      floats, weights, weightStride, kernel, step, target, targetStride, rows, columns)
  } else {
    depthwise(
      PlainEpilogue(), source, sourceRow, pixelStride, floats, weights, weightStride, kernel, step,
      target, targetStride, rows, columns)
  }
}

@inline(always)
private func depthwise(
  _ epilogue: some Epilogue, _ source: UnsafePointer<Float>, _ sourceRow: Int, _ pixelStride: Int,
  _ floats: Int, _ weights: UnsafePointer<Float>, _ weightStride: Int, _ kernel: Int, _ step: Int,
  _ target: UnsafeMutablePointer<Float>, _ targetStride: Int, _ rows: Int, _ columns: Int
) {
  switch kernel {
  case 3:
    depthwiseThree(
      epilogue, source, sourceRow, pixelStride, floats, weights, weightStride, step, target,
      targetStride, rows, columns)
  // A known side lets the compiler unroll a row of taps.
  case 5:
    depthwiseAny(
      epilogue, source, sourceRow, pixelStride, floats, weights, weightStride, 5, step, target,
      targetStride, rows, columns)
  default:
    depthwiseAny(
      epilogue, source, sourceRow, pixelStride, floats, weights, weightStride, kernel, step, target,
      targetStride, rows, columns)
  }
}

@inline(always)
private func depthwiseAny(
  _ epilogue: some Epilogue, _ source: UnsafePointer<Float>, _ sourceRow: Int, _ pixelStride: Int,
  _ floats: Int, _ weights: UnsafePointer<Float>, _ weightStride: Int, _ kernel: Int, _ step: Int,
  _ target: UnsafeMutablePointer<Float>, _ targetStride: Int, _ rows: Int, _ columns: Int
) {
  var channel = 0
  while channel < floats {
    let constants = epilogue.constants(channel)
    for row in 0..<rows {
      let line = source + row * step * sourceRow + channel
      let place = target + row * columns * targetStride + channel
      var column = 0
      while column + 4 <= columns {
        depthwiseFour(
          epilogue, constants, line + column * step * pixelStride, sourceRow, pixelStride,
          weights + channel, weightStride, kernel, step, place + column * targetStride,
          targetStride)
        column += 4
      }
      while column < columns {
        depthwiseOne(
          epilogue, constants, line + column * step * pixelStride, sourceRow, pixelStride,
          weights + channel, weightStride, kernel, place + column * targetStride)
        column += 1
      }
    }
    channel += Vector.scalarCount
  }
}

/// Four neighbouring pixels, for which each weight is loaded once.
@inline(always)
private func depthwiseFour<Ending: Epilogue>(
  _ epilogue: Ending, _ constants: Ending.Constants, _ window: UnsafePointer<Float>,
  _ sourceRow: Int, _ pixelStride: Int, _ weights: UnsafePointer<Float>, _ weightStride: Int,
  _ kernel: Int, _ step: Int,
  _ target: UnsafeMutablePointer<Float>, _ targetStride: Int
) {
  let zero = Vector(repeating: 0)
  var (a, b, c, d) = (zero, zero, zero, zero)
  let next = step * pixelStride
  for v in 0..<kernel {
    for h in 0..<kernel {
      let weight = load(weights + (v * kernel + h) * weightStride)
      let place = window + v * sourceRow + h * pixelStride
      a = multiplyAdd(a, load(place), weight)
      b = multiplyAdd(b, load(place + next), weight)
      c = multiplyAdd(c, load(place + 2 * next), weight)
      d = multiplyAdd(d, load(place + 3 * next), weight)
    }
  }
  store(epilogue.finish(a, constants), target)
  store(epilogue.finish(b, constants), target + targetStride)
  store(epilogue.finish(c, constants), target + 2 * targetStride)
  store(epilogue.finish(d, constants), target + 3 * targetStride)
}

@inline(always)
private func depthwiseOne<Ending: Epilogue>(
  _ epilogue: Ending, _ constants: Ending.Constants, _ window: UnsafePointer<Float>,
  _ sourceRow: Int, _ pixelStride: Int, _ weights: UnsafePointer<Float>, _ weightStride: Int,
  _ kernel: Int,
  _ target: UnsafeMutablePointer<Float>
) {
  var sum = Vector(repeating: 0)
  for v in 0..<kernel {
    for h in 0..<kernel {
      sum = multiplyAdd(
        sum, load(window + v * sourceRow + h * pixelStride),
        load(weights + (v * kernel + h) * weightStride))
    }
  }
  store(epilogue.finish(sum, constants), target)
}

/// The 3x3 window: weights stay in registers.
@inline(always)
private func depthwiseThree(
  _ epilogue: some Epilogue, _ source: UnsafePointer<Float>, _ sourceRow: Int, _ pixelStride: Int,
  _ floats: Int, _ weights: UnsafePointer<Float>, _ weightStride: Int, _ step: Int,
  _ target: UnsafeMutablePointer<Float>, _ targetStride: Int, _ rows: Int, _ columns: Int
) {
  var channel = 0
  while channel < floats {
    let constants = epilogue.constants(channel)
    var filter = InlineArray<9, Vector> { _ in Vector(repeating: 0) }
    for t in 0..<9 { filter[t] = load(weights + t * weightStride + channel) }
    for row in 0..<rows {
      var window = source + row * step * sourceRow + channel
      var place = target + row * columns * targetStride + channel
      var left = columns
      repeat {
        var sum = load(window) * filter[0]
        sum = multiplyAdd(sum, load(window + pixelStride), filter[1])
        sum = multiplyAdd(sum, load(window + 2 * pixelStride), filter[2])
        let second = window + sourceRow
        sum = multiplyAdd(sum, load(second), filter[3])
        sum = multiplyAdd(sum, load(second + pixelStride), filter[4])
        sum = multiplyAdd(sum, load(second + 2 * pixelStride), filter[5])
        let third = second + sourceRow
        sum = multiplyAdd(sum, load(third), filter[6])
        sum = multiplyAdd(sum, load(third + pixelStride), filter[7])
        sum = multiplyAdd(sum, load(third + 2 * pixelStride), filter[8])
        store(epilogue.finish(sum, constants), place)
        window += step * pixelStride
        place += targetStride
        left -= 1
      } while left > 0
    }
    channel += Vector.scalarCount
  }
}
