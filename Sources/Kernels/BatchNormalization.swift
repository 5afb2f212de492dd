// Batch normalisation over rows of `stride` floats, one a pixel. Statistics come chunk by chunk: a chunk is a
// fixed run of pixels that stays in cache, its mean and squared deviations are taken in two passes, and the
// caller joins chunks in a fixed order in double precision.

/// The mean and the sum of squared deviations from it, for `channels` floats of a chunk of pixels.
///
/// `channels` is a multiple of the lanes; pixels of even and of odd number are summed in order, then the two sums.
public func chunkMoments(
  _ x: UnsafePointer<Float>, pixels: Int, stride: Int, channels: Int,
  mean: UnsafeMutablePointer<Float>, squares: UnsafeMutablePointer<Float>
) {
  // Several vectors at once, or each addition would wait for the one before.
  var channel = 0
  while channel + 4 * Vector.scalarCount <= channels {
    Moments<4, 8>().take(x + channel, pixels, stride, mean + channel, squares + channel)
    channel += 4 * Vector.scalarCount
  }
  while channel + 2 * Vector.scalarCount <= channels {
    Moments<2, 4>().take(x + channel, pixels, stride, mean + channel, squares + channel)
    channel += 2 * Vector.scalarCount
  }
  while channel < channels {
    Moments<1, 2>().take(x + channel, pixels, stride, mean + channel, squares + channel)
    channel += Vector.scalarCount
  }
}

/// `vectors` neighbouring vectors, with `sums` of twice that number: pixels of even and of odd number have their own.
private struct Moments<let vectors: Int, let sums: Int> {
  @inline(always)
  func take(
    _ x: UnsafePointer<Float>, _ pixels: Int, _ stride: Int, _ mean: UnsafeMutablePointer<Float>,
    _ squares: UnsafeMutablePointer<Float>
  ) {
    let scale = Vector(repeating: 1 / Float(pixels))
    let pairs = pixels / 2
    let last = x + (pixels - 1) * stride
    var means = InlineArray<sums, Vector> { _ in Vector(repeating: 0) }
    for pair in 0..<pairs {
      let even = x + 2 * pair * stride
      for v in 0..<vectors {
        means[v] += load(even + v * Vector.scalarCount)
        means[vectors + v] += load(even + stride + v * Vector.scalarCount)
      }
    }
    for v in 0..<vectors {
      if pixels > 2 * pairs { means[v] += load(last + v * Vector.scalarCount) }
      means[v] = (means[v] + means[vectors + v]) * scale
    }
    var deviations = InlineArray<sums, Vector> { _ in Vector(repeating: 0) }
    for pair in 0..<pairs {
      let even = x + 2 * pair * stride
      for v in 0..<vectors {
        let first = load(even + v * Vector.scalarCount) - means[v]
        let second = load(even + stride + v * Vector.scalarCount) - means[v]
        deviations[v] = multiplyAdd(deviations[v], first, first)
        deviations[vectors + v] = multiplyAdd(deviations[vectors + v], second, second)
      }
    }
    for v in 0..<vectors {
      if pixels > 2 * pairs {
        let difference = load(last + v * Vector.scalarCount) - means[v]
        deviations[v] = multiplyAdd(deviations[v], difference, difference)
      }
      store(means[v], mean + v * Vector.scalarCount)
      store(deviations[v] + deviations[vectors + v], squares + v * Vector.scalarCount)
    }
  }
}

/// `y = activation(x * scale + shift)` for `floats` floats of every pixel, a multiple of the lanes.
///
/// - Parameters:
///   - stride: floats from one pixel of `x` to the next.
///   - targetStride: the same of `y`. Where it is less than `floats`, a pixel's last floats are overwritten by the
///     next pixel, and the last pixel writes past its end.
public func scaleShiftActivate(
  _ x: UnsafePointer<Float>, pixels: Int, stride: Int, floats: Int, scale: UnsafePointer<Float>,
  shift: UnsafePointer<Float>, activation: Int, _ y: UnsafeMutablePointer<Float>, targetStride: Int
) {
  switch activation {
  case 0: scaleShift(x, pixels, stride, floats, scale, shift, 0, y, targetStride)
  case 1: scaleShift(x, pixels, stride, floats, scale, shift, 1, y, targetStride)
  default: scaleShift(x, pixels, stride, floats, scale, shift, 2, y, targetStride)
  }
}

@inline(always)
private func scaleShift(
  _ x: UnsafePointer<Float>, _ pixels: Int, _ stride: Int, _ floats: Int,
  _ scale: UnsafePointer<Float>, _ shift: UnsafePointer<Float>, _ activation: Int,
  _ y: UnsafeMutablePointer<Float>, _ targetStride: Int
) {
  for p in 0..<pixels {
    let source = x + p * stride
    let target = y + p * targetStride
    var channel = 0
    while channel < floats {
      let value = multiplyAdd(load(shift + channel), load(source + channel), load(scale + channel))
      store(activate(value, activation), target + channel)
      channel += Vector.scalarCount
    }
  }
}

/// Copies `floats` floats of every pixel, a multiple of the lanes; strides work as in `scaleShiftActivate`.
public func copyPixels(
  _ x: UnsafePointer<Float>, pixels: Int, stride: Int, floats: Int,
  _ y: UnsafeMutablePointer<Float>, targetStride: Int
) {
  copy(x, pixels, stride, floats, y, targetStride, streams: false)
}

/// The same for maps that no cache holds until they are read: a target line is written without being read first, and
/// takes nothing's place in a cache.
///
/// The target's pixels go by whole cache lines, which start at multiples of 64 bytes. Other threads see them after the
/// writer's next atomic addition.
public func streamPixels(
  _ x: UnsafePointer<Float>, pixels: Int, stride: Int, floats: Int,
  _ y: UnsafeMutablePointer<Float>, targetStride: Int
) {
  copy(x, pixels, stride, floats, y, targetStride, streams: true)
}

@inline(always)
private func copy(
  _ x: UnsafePointer<Float>, _ pixels: Int, _ stride: Int, _ floats: Int,
  _ y: UnsafeMutablePointer<Float>, _ targetStride: Int, streams: Bool
) {
  for p in 0..<pixels {
    let source = x + p * stride
    let target = y + p * targetStride
    var channel = 0
    while channel < floats {
      let value = load(source + channel)
      if streams { stream(value, target + channel) } else { store(value, target + channel) }
      channel += Vector.scalarCount
    }
  }
}

/// For `channels` floats of a chunk of pixels: the sums of the gradient in front of the activation, and of it times
/// `x - mean`.
///
/// `channels` is a multiple of the lanes; pixels are summed in order.
///
/// - Parameters:
///   - gradientStride: floats from one pixel of `gradient` to the next.
///   - stride: the same of `x`.
public func chunkGradientSums(
  gradient: UnsafePointer<Float>, gradientStride: Int, _ x: UnsafePointer<Float>, pixels: Int,
  stride: Int, channels: Int, scale: UnsafePointer<Float>, shift: UnsafePointer<Float>,
  mean: UnsafePointer<Float>, activation: Int, sums: UnsafeMutablePointer<Float>,
  products: UnsafeMutablePointer<Float>
) {
  @inline(always)
  func run(_ activation: Int) {
    gradientSums(
      gradient, gradientStride, x, pixels, stride, channels, scale, shift, mean, activation, sums,
      products)
  }
  switch activation {
  case 0: run(0)
  case 1: run(1)
  default: run(2)
  }
}

@inline(always)
private func gradientSums(
  _ gradient: UnsafePointer<Float>, _ gradientStride: Int, _ x: UnsafePointer<Float>,
  _ pixels: Int, _ stride: Int, _ channels: Int, _ scale: UnsafePointer<Float>,
  _ shift: UnsafePointer<Float>,
  _ mean: UnsafePointer<Float>, _ activation: Int, _ sums: UnsafeMutablePointer<Float>,
  _ products: UnsafeMutablePointer<Float>
) {
  var channel = 0
  // Two vectors at once, or each addition would wait for the one before.
  while channel + 2 * Vector.scalarCount <= channels {
    GradientSums<2>().take(
      gradient + channel, gradientStride, x + channel, pixels, stride, scale + channel,
      shift + channel,
      mean + channel, activation, sums + channel, products + channel)
    channel += 2 * Vector.scalarCount
  }
  while channel < channels {
    GradientSums<1>().take(
      gradient + channel, gradientStride, x + channel, pixels, stride, scale + channel,
      shift + channel,
      mean + channel, activation, sums + channel, products + channel)
    channel += Vector.scalarCount
  }
}

private struct GradientSums<let vectors: Int> {
  @inline(always)
  func take(
    _ gradient: UnsafePointer<Float>, _ gradientStride: Int, _ x: UnsafePointer<Float>,
    _ pixels: Int, _ stride: Int,
    _ scale: UnsafePointer<Float>, _ shift: UnsafePointer<Float>, _ mean: UnsafePointer<Float>,
    _ activation: Int, _ sums: UnsafeMutablePointer<Float>,
    _ products: UnsafeMutablePointer<Float>
  ) {
    let zero = Vector(repeating: 0)
    var sum = InlineArray<vectors, Vector> { _ in zero }
    var product = InlineArray<vectors, Vector> { _ in zero }
    for p in 0..<pixels {
      for v in 0..<vectors {
        let lane = v * Vector.scalarCount
        let value = load(x + p * stride + lane)
        let g = passed(
          load(gradient + p * gradientStride + lane),
          through: multiplyAdd(load(shift + lane), value, load(scale + lane)), activation)
        sum[v] += g
        product[v] = multiplyAdd(product[v], g, value - load(mean + lane))
      }
    }
    for v in 0..<vectors {
      store(sum[v], sums + v * Vector.scalarCount)
      store(product[v], products + v * Vector.scalarCount)
    }
  }
}

/// The gradient of a batch normalisation's input: `scale * g + slope * (x - mean) + offset`.
///
/// `g` is the gradient in front of the activation; `slope` and `offset` carry the two means that the batch
/// statistics feed back. `result` may be `gradient`. Of every pixel `floats` floats are done, a multiple of the
/// lanes.
///
/// - Parameters:
///   - stride: floats from one pixel of `gradient` and `x` to the next.
///   - resultStride: the same of `result`.
public func normalizationGradient(
  gradient: UnsafePointer<Float>, _ x: UnsafePointer<Float>, pixels: Int, stride: Int, floats: Int,
  scale: UnsafePointer<Float>, shift: UnsafePointer<Float>, mean: UnsafePointer<Float>,
  slope: UnsafePointer<Float>, offset: UnsafePointer<Float>, activation: Int,
  result: UnsafeMutablePointer<Float>, resultStride: Int
) {
  @inline(always)
  func run(_ activation: Int) {
    inputGradient(
      gradient, x, pixels, stride, floats, scale, shift, mean, slope, offset, activation, result,
      resultStride)
  }
  switch activation {
  case 0: run(0)
  case 1: run(1)
  default: run(2)
  }
}

@inline(always)
private func inputGradient(
  _ gradient: UnsafePointer<Float>, _ x: UnsafePointer<Float>, _ pixels: Int, _ stride: Int,
  _ floats: Int, _ scale: UnsafePointer<Float>, _ shift: UnsafePointer<Float>,
  _ mean: UnsafePointer<Float>, _ slope: UnsafePointer<Float>, _ offset: UnsafePointer<Float>,
  _ activation: Int, _ result: UnsafeMutablePointer<Float>, _ resultStride: Int
) {
  for p in 0..<pixels {
    let row = p * stride
    var channel = 0
    while channel < floats {
      let a = load(scale + channel)
      let value = load(x + row + channel)
      let g = passed(
        load(gradient + row + channel), through: multiplyAdd(load(shift + channel), value, a),
        activation)
      let fed = multiplyAdd(
        load(offset + channel), value - load(mean + channel), load(slope + channel))
      store(multiplyAdd(fed, g, a), result + p * resultStride + channel)
      channel += Vector.scalarCount
    }
  }
}
