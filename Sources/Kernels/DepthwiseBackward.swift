// Both gradients of a depthwise convolution in one visit: an input pixel's gradient is a sum over the output
// gradients around it, and the filter's gradient is a sum of the same values times the input.

/// Carries the output's gradient back to some rows of input pixels, and sums up the filter's gradient over them.
///
/// Input row r meets row p of the output at tap v where `r + kernel / 2 = p * step + v`; columns likewise. Taps are
/// summed in a fixed order, and pixels row by row, those of even rows first where `step` is 2.
///
/// - Parameters:
///   - gradient: the output's gradient, with a border of zeros: `gradientRow` floats from row to row, `pixelStride`
///     from pixel to pixel. It starts at the lowest row and column of the output that the first input pixel meets.
///   - floats: how many floats of each pixel are done.
///   - input: `rows` x `columns` pixels, at least one column, `pixelStride` floats apart; the first row and column are
///     even where `step` is 2.
///   - weights: the first tap; `tapStride` floats from tap to tap, as in `sums`.
///   - step: 1 or 2.
///   - target: the input's gradient, `targetStride` floats from pixel to pixel; none where nobody wants it.
///   - sums: the filter's gradient, overwritten; none where nobody wants it.
public func depthwiseBackward(
  gradient: UnsafePointer<Float>, gradientRow: Int, pixelStride: Int, floats: Int,
  input: UnsafePointer<Float>, weights: UnsafePointer<Float>, tapStride: Int, kernel: Int,
  step: Int, rows: Int, columns: Int, target: UnsafeMutablePointer<Float>?, targetStride: Int,
  sums: UnsafeMutablePointer<Float>?
) {
  @inline(always)
  func run(
    _ target: UnsafeMutablePointer<Float>, wantsTarget: Bool, _ sums: UnsafeMutablePointer<Float>,
    wantsSums: Bool
  ) {
    BackwardWindow(
      gradient: gradient, gradientRow: gradientRow, pixelStride: pixelStride, floats: floats,
      input: input,
      weights: weights, tapStride: tapStride, kernel: kernel, step: step, rows: rows,
      columns: columns, target: target, targetStride: targetStride, sums: sums
    ).run(wantsTarget: wantsTarget, wantsSums: wantsSums)
  }
  if let target, let sums {
    run(target, wantsTarget: true, sums, wantsSums: true)
  } else if let target {
    run(target, wantsTarget: true, target, wantsSums: false)
  } else if let sums {
    run(sums, wantsTarget: false, sums, wantsSums: true)
  }
}

// Whether the nine weights and the nine sums of a 3x3 window fit the registers together.
#if KERNELS_V4
  private let hasRegistersForAll = true
#else
  private let hasRegistersForAll = false
#endif

/// The window of a depthwise convolution over some rows of input pixels, seen from behind.
struct BackwardWindow {
  let gradient: UnsafePointer<Float>
  let gradientRow, pixelStride, floats: Int
  let input, weights: UnsafePointer<Float>
  let tapStride, kernel, step, rows, columns: Int
  let target: UnsafeMutablePointer<Float>
  let targetStride: Int
  let sums: UnsafeMutablePointer<Float>

  @inline(always)
  func run(wantsTarget: Bool, wantsSums: Bool) {
    var channel = 0
    while channel < floats {
      if kernel == 3 && step == 1 {
        three(channel, wantsTarget, wantsSums)
      } else if kernel == 3 {
        threeEven(channel, wantsTarget, wantsSums)
        threeOdd(channel, wantsTarget, wantsSums)
      } else if wantsTarget && wantsSums {
        anyWithBoth(channel)
      } else if wantsTarget {
        anyWithTarget(channel)
      } else {
        anyWithSums(channel)
      }
      channel += Vector.scalarCount
    }
  }

  // In functions of their own, since the compiler inlines only so much into one. They are not private: private ones that are
  // not inlined become weak symbols, which must not hold wide code (decision 8).
  @inline(never)
  func anyWithBoth(_ channel: Int) { any(channel, true, true) }
  @inline(never)
  func anyWithTarget(_ channel: Int) { any(channel, true, false) }
  @inline(never)
  func anyWithSums(_ channel: Int) { any(channel, false, true) }

  @inline(always)
  private func weight(_ tap: Int, _ channel: Int) -> Vector {
    load(weights + tap * tapStride + channel)
  }

  /// The 3x3 window of stride 1: place (a, b) around a pixel holds what it gave through tap (2 - a, 2 - b).
  @inline(always)
  private func three(_ channel: Int, _ wantsTarget: Bool, _ wantsSums: Bool) {
    let keepsFilter = hasRegistersForAll || !wantsSums
    var filter = InlineArray<9, Vector> { _ in Vector(repeating: 0) }
    if keepsFilter { for tap in 0..<9 { filter[tap] = weight(tap, channel) } }
    var totals = InlineArray<9, Vector> { _ in Vector(repeating: 0) }
    for row in 0..<rows {
      var g = gradient + row * gradientRow + channel
      var x = input + row * columns * pixelStride + channel
      var place = target + row * columns * targetStride + channel
      var left = columns
      repeat {
        let value = load(x)
        var sum = Vector(repeating: 0)
        for a in 0..<3 {
          for b in 0..<3 {
            let met = load(g + a * gradientRow + b * pixelStride)
            let tap = 8 - 3 * a - b
            if wantsTarget {
              sum = multiplyAdd(sum, met, keepsFilter ? filter[tap] : weight(tap, channel))
            }
            if wantsSums { totals[tap] = multiplyAdd(totals[tap], met, value) }
          }
        }
        if wantsTarget { store(sum, place) }
        g += pixelStride
        x += pixelStride
        place += targetStride
        left -= 1
      } while left > 0
    }
    if wantsSums { for tap in 0..<9 { store(totals[tap], sums + tap * tapStride + channel) } }
  }

  /// Even rows of the 3x3 window of stride 2: they meet one row of the output, at the middle row of taps.
  @inline(always)
  private func threeEven(_ channel: Int, _ wantsTarget: Bool, _ wantsSums: Bool) {
    var totals = InlineArray<3, Vector> { _ in Vector(repeating: 0) }
    var row = 0
    while row < rows {
      var g = gradient + row / 2 * gradientRow + channel
      var x = input + row * columns * pixelStride + channel
      var place = target + row * columns * targetStride + channel
      var column = 0
      while column < columns {
        let met = load(g)
        if wantsTarget { store(met * weight(4, channel), place) }
        if wantsSums { totals[1] = multiplyAdd(totals[1], met, load(x)) }
        if column + 1 < columns {
          let next = load(g + pixelStride)
          let value = load(x + pixelStride)
          if wantsTarget {
            store(
              multiplyAdd(met * weight(5, channel), next, weight(3, channel)),
              place + targetStride)
          }
          if wantsSums {
            totals[2] = multiplyAdd(totals[2], met, value)
            totals[0] = multiplyAdd(totals[0], next, value)
          }
        }
        g += pixelStride
        x += 2 * pixelStride
        place += 2 * targetStride
        column += 2
      }
      row += 2
    }
    if wantsSums { for h in 0..<3 { store(totals[h], sums + (3 + h) * tapStride + channel) } }
  }

  /// Odd rows of the 3x3 window of stride 2: they meet two rows of the output, at the last and first row of taps.
  @inline(always)
  private func threeOdd(_ channel: Int, _ wantsTarget: Bool, _ wantsSums: Bool) {
    var first = InlineArray<3, Vector> { _ in Vector(repeating: 0) }
    var last = InlineArray<3, Vector> { _ in Vector(repeating: 0) }
    var row = 1
    while row < rows {
      var g = gradient + row / 2 * gradientRow + channel
      var x = input + row * columns * pixelStride + channel
      var place = target + row * columns * targetStride + channel
      var column = 0
      while column < columns {
        let (above, below) = (load(g), load(g + gradientRow))
        let value = load(x)
        if wantsTarget {
          store(multiplyAdd(above * weight(7, channel), below, weight(1, channel)), place)
        }
        if wantsSums {
          last[1] = multiplyAdd(last[1], above, value)
          first[1] = multiplyAdd(first[1], below, value)
        }
        if column + 1 < columns {
          let nextAbove = load(g + pixelStride)
          let nextBelow = load(g + gradientRow + pixelStride)
          let next = load(x + pixelStride)
          if wantsTarget {
            var sum = above * weight(8, channel)
            sum = multiplyAdd(sum, nextAbove, weight(6, channel))
            sum = multiplyAdd(sum, below, weight(2, channel))
            store(multiplyAdd(sum, nextBelow, weight(0, channel)), place + targetStride)
          }
          if wantsSums {
            last[2] = multiplyAdd(last[2], above, next)
            last[0] = multiplyAdd(last[0], nextAbove, next)
            first[2] = multiplyAdd(first[2], below, next)
            first[0] = multiplyAdd(first[0], nextBelow, next)
          }
        }
        g += pixelStride
        x += 2 * pixelStride
        place += 2 * targetStride
        column += 2
      }
      row += 2
    }
    guard wantsSums else { return }
    for h in 0..<3 {
      store(first[h], sums + h * tapStride + channel)
      store(last[h], sums + (6 + h) * tapStride + channel)
    }
  }

  /// Any window, along a row of pixels: of a row of taps those that meet the same columns, up to three at a time.
  @inline(always)
  private func any(_ channel: Int, _ wantsTarget: Bool, _ wantsSums: Bool) {
    let zero = Vector(repeating: 0)
    if wantsSums {
      for tap in 0..<kernel * kernel { store(zero, sums + tap * tapStride + channel) }
    }
    let padding = kernel / 2
    for row in 0..<rows {
      if wantsTarget {
        let place = target + row * columns * targetStride + channel
        for column in 0..<columns { store(zero, place + column * targetStride) }
      }
      var v = (row + padding) % step
      while v < kernel {
        for phase in 0..<step {
          var h = phase
          while h < kernel {
            switch (kernel - h + step - 1) / step {
            case 1: TapRun<1>().run(self, row, v, h, channel, wantsTarget, wantsSums)
            case 2: TapRun<2>().run(self, row, v, h, channel, wantsTarget, wantsSums)
            default: TapRun<3>().run(self, row, v, h, channel, wantsTarget, wantsSums)
            }
            h += 3 * step
          }
        }
        v += step
      }
    }
  }
}

/// `count` taps of a row of the window, `step` apart, so that each column meets all of them or none.
private struct TapRun<let count: Int> {
  /// Carries what a row of pixels meets through taps (v, h), (v, h + step) and so on to the row's gradient and to the taps'
  /// sums; adds to both.
  @inline(always)
  func run(
    _ window: BackwardWindow, _ row: Int, _ v: Int, _ h: Int, _ channel: Int, _ wantsTarget: Bool,
    _ wantsSums: Bool
  ) {
    let (step, stride, padding) = (window.step, window.pixelStride, window.kernel / 2)
    let first = window.weights + (v * window.kernel + h) * window.tapStride + channel
    let sums = window.sums + (v * window.kernel + h) * window.tapStride + channel
    let next = step * window.tapStride
    var filter = InlineArray<count, Vector> { _ in Vector(repeating: 0) }
    var totals = InlineArray<count, Vector> { _ in Vector(repeating: 0) }
    for t in 0..<count {
      if wantsTarget { filter[t] = load(first + t * next) }
      if wantsSums { totals[t] = load(sums + t * next) }
    }
    // The first column that meets these taps. The gradient starts at the lowest row and column that pixel 0 meets.
    var column = (h + padding) % step
    let origin = -(padding / step)
    var g =
      window.gradient + ((row + padding - v) / step - origin) * window.gradientRow
      + ((column + padding - h) / step - origin) * stride + channel
    let start = row * window.columns + column
    var x = window.input + start * stride + channel
    var place = window.target + start * window.targetStride + channel
    while column < window.columns {
      let value = wantsSums ? load(x) : Vector(repeating: 0)
      var sum = wantsTarget ? load(place) : Vector(repeating: 0)
      for t in 0..<count {
        let met = load(g - t * stride)
        if wantsTarget { sum = multiplyAdd(sum, met, filter[t]) }
        if wantsSums { totals[t] = multiplyAdd(totals[t], met, value) }
      }
      if wantsTarget { store(sum, place) }
      g += stride
      x += step * stride
      place += step * window.targetStride
      column += step
    }
    if wantsSums { for t in 0..<count { store(totals[t], sums + t * next) } }
  }
}
