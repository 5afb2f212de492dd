// Depthwise convolution: each channel has its own filter, so a vector register holds neighbouring channels
// of one pixel. Sources have borders of zeros, so every tap of every pixel is there. Weights are
// [tap][channels], padded like a pixel.

/// Filters some rows of pixels: every target pixel is the sum over the window, in the order of taps.
///
/// - Parameters:
///   - source: the first tap of the first target pixel, dense: `pixelStride` floats a pixel, all of which are
///     filtered; `sourceRow` floats from row to row.
///   - weights: the first tap; `weightStride` floats from tap to tap.
///   - kernel: the side of the window, which moves by `step` pixels.
///   - target: the first of `rows` x `columns` pixels; `targetStride` floats from pixel to pixel.
public func depthwiseRows(
  _ source: UnsafePointer<Float>, sourceRow: Int, pixelStride: Int,
  weights: UnsafePointer<Float>, weightStride: Int, kernel: Int, step: Int,
  _ target: UnsafeMutablePointer<Float>, targetStride: Int, rows: Int, columns: Int
) {
  if kernel == 3 {
    depthwiseThree(
      source, sourceRow, pixelStride, weights, weightStride, step, target, targetStride, rows,
      columns)
    return
  }
  var channel = 0
  while channel < pixelStride {
    for row in 0..<rows {
      let line = source + row * step * sourceRow + channel
      let place = target + row * columns * targetStride + channel
      var column = 0
      while column + 4 <= columns {
        depthwiseFour(
          line + column * step * pixelStride, sourceRow, pixelStride, weights + channel,
          weightStride, kernel, step, place + column * targetStride, targetStride)
        column += 4
      }
      while column < columns {
        depthwiseOne(
          line + column * step * pixelStride, sourceRow, pixelStride, weights + channel,
          weightStride, kernel, place + column * targetStride)
        column += 1
      }
    }
    channel += Vector.scalarCount
  }
}

/// Four neighbouring pixels, for which each weight is loaded once.
@inline(always)
private func depthwiseFour(
  _ window: UnsafePointer<Float>, _ sourceRow: Int, _ pixelStride: Int,
  _ weights: UnsafePointer<Float>, _ weightStride: Int, _ kernel: Int, _ step: Int,
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
  store(a, target)
  store(b, target + targetStride)
  store(c, target + 2 * targetStride)
  store(d, target + 3 * targetStride)
}

@inline(always)
private func depthwiseOne(
  _ window: UnsafePointer<Float>, _ sourceRow: Int, _ pixelStride: Int,
  _ weights: UnsafePointer<Float>, _ weightStride: Int, _ kernel: Int,
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
  store(sum, target)
}

/// The 3x3 window: weights stay in registers.
@inline(always)
private func depthwiseThree(
  _ source: UnsafePointer<Float>, _ sourceRow: Int, _ pixelStride: Int,
  _ weights: UnsafePointer<Float>, _ weightStride: Int, _ step: Int,
  _ target: UnsafeMutablePointer<Float>, _ targetStride: Int, _ rows: Int, _ columns: Int
) {
  var channel = 0
  while channel < pixelStride {
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
        store(sum, place)
        window += step * pixelStride
        place += targetStride
        left -= 1
      } while left > 0
    }
    channel += Vector.scalarCount
  }
}

/// The filter's gradient over some rows of pixels: for every tap, the sum over pixels of source times gradient.
///
/// - Parameters:
///   - source: the first tap of the first pixel, dense, with a border of zeros: `pixelStride` floats a pixel;
///     `sourceRow` floats from row to row.
///   - gradient: the first of `rows` x `columns` pixels; `gradientStride` floats from pixel to pixel, as from tap to
///     tap of `sums`, which are overwritten.
public func depthwiseGradient(
  _ source: UnsafePointer<Float>, sourceRow: Int, pixelStride: Int, kernel: Int, step: Int,
  gradient: UnsafePointer<Float>, gradientStride: Int, rows: Int, columns: Int,
  _ sums: UnsafeMutablePointer<Float>
) {
  var channel = 0
  while channel < pixelStride {
    for v in 0..<kernel {
      let line = source + v * sourceRow + channel
      let place = sums + v * kernel * gradientStride + channel
      if kernel == 3 {
        depthwiseGradientThree(
          line, sourceRow, pixelStride, step, gradient + channel, gradientStride, rows,
          columns, place)
      } else {
        for h in 0..<kernel {
          depthwiseGradientOne(
            line + h * pixelStride, sourceRow, pixelStride, step, gradient + channel,
            gradientStride, rows, columns, place + h * gradientStride)
        }
      }
    }
    channel += Vector.scalarCount
  }
}

/// One row of a 3x3 window; even and odd pixels are summed apart, so that sums need not wait for each other.
@inline(always)
private func depthwiseGradientThree(
  _ source: UnsafePointer<Float>, _ sourceRow: Int, _ pixelStride: Int, _ step: Int,
  _ gradient: UnsafePointer<Float>, _ gradientStride: Int, _ rows: Int, _ columns: Int,
  _ sums: UnsafeMutablePointer<Float>
) {
  let zero = Vector(repeating: 0)
  var (a0, a1, a2) = (zero, zero, zero)
  var (b0, b1, b2) = (zero, zero, zero)
  for row in 0..<rows {
    var x = source + row * step * sourceRow
    var y = gradient + row * columns * gradientStride
    for _ in 0..<columns / 2 {
      let g = load(y)
      a0 = multiplyAdd(a0, g, load(x))
      a1 = multiplyAdd(a1, g, load(x + pixelStride))
      a2 = multiplyAdd(a2, g, load(x + 2 * pixelStride))
      x += step * pixelStride
      let next = load(y + gradientStride)
      b0 = multiplyAdd(b0, next, load(x))
      b1 = multiplyAdd(b1, next, load(x + pixelStride))
      b2 = multiplyAdd(b2, next, load(x + 2 * pixelStride))
      x += step * pixelStride
      y += 2 * gradientStride
    }
    if columns % 2 == 1 {
      let g = load(y)
      a0 = multiplyAdd(a0, g, load(x))
      a1 = multiplyAdd(a1, g, load(x + pixelStride))
      a2 = multiplyAdd(a2, g, load(x + 2 * pixelStride))
    }
  }
  store(a0 + b0, sums)
  store(a1 + b1, sums + gradientStride)
  store(a2 + b2, sums + 2 * gradientStride)
}

@inline(always)
private func depthwiseGradientOne(
  _ source: UnsafePointer<Float>, _ sourceRow: Int, _ pixelStride: Int, _ step: Int,
  _ gradient: UnsafePointer<Float>, _ gradientStride: Int, _ rows: Int, _ columns: Int,
  _ sums: UnsafeMutablePointer<Float>
) {
  var sum = Vector(repeating: 0)
  for row in 0..<rows {
    for column in 0..<columns {
      sum = multiplyAdd(
        sum, load(source + row * step * sourceRow + column * step * pixelStride),
        load(gradient + (row * columns + column) * gradientStride))
    }
  }
  store(sum, sums)
}
