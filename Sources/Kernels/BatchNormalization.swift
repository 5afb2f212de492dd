// Batch normalisation over rows of `stride` floats, one a pixel. Statistics come chunk by chunk: a chunk is a
// fixed run of pixels that stays in cache, its mean and squared deviations are taken in two passes, and the
// caller joins chunks in a fixed order in double precision.

/// The mean and the sum of squared deviations from it, for every channel of a chunk of pixels.
public func chunkMoments(
  _ x: UnsafePointer<Float>, pixels: Int, stride: Int,
  mean: UnsafeMutablePointer<Float>, squares: UnsafeMutablePointer<Float>
) {
  let scale = Vector(repeating: 1 / Float(pixels))
  var channel = 0
  while channel < stride {
    var sum = Vector(repeating: 0)
    for p in 0..<pixels { sum += load(x + p * stride + channel) }
    let center = sum * scale
    var deviations = Vector(repeating: 0)
    for p in 0..<pixels {
      let difference = load(x + p * stride + channel) - center
      deviations = multiplyAdd(deviations, difference, difference)
    }
    store(center, mean + channel)
    store(deviations, squares + channel)
    channel += Vector.scalarCount
  }
}

/// `y = activation(x * scale + shift)`, channel by channel.
public func scaleShiftActivate(
  _ x: UnsafePointer<Float>, pixels: Int, stride: Int, scale: UnsafePointer<Float>,
  shift: UnsafePointer<Float>, activation: Int, _ y: UnsafeMutablePointer<Float>
) {
  switch activation {
  case 0: scaleShift(x, pixels, stride, scale, shift, 0, y)
  case 1: scaleShift(x, pixels, stride, scale, shift, 1, y)
  default: scaleShift(x, pixels, stride, scale, shift, 2, y)
  }
}

@inline(__always)
private func scaleShift(
  _ x: UnsafePointer<Float>, _ pixels: Int, _ stride: Int, _ scale: UnsafePointer<Float>,
  _ shift: UnsafePointer<Float>, _ activation: Int, _ y: UnsafeMutablePointer<Float>
) {
  for p in 0..<pixels {
    let source = x + p * stride
    let target = y + p * stride
    var channel = 0
    while channel < stride {
      let value = multiplyAdd(load(shift + channel), load(source + channel), load(scale + channel))
      store(activate(value, activation), target + channel)
      channel += Vector.scalarCount
    }
  }
}

/// For a chunk of pixels: the sums of the gradient behind the activation, and of it times `x - mean`.
public func chunkGradientSums(
  gradient: UnsafePointer<Float>, _ x: UnsafePointer<Float>, pixels: Int, stride: Int,
  scale: UnsafePointer<Float>, shift: UnsafePointer<Float>, mean: UnsafePointer<Float>,
  activation: Int, sums: UnsafeMutablePointer<Float>, products: UnsafeMutablePointer<Float>
) {
  switch activation {
  case 0: gradientSums(gradient, x, pixels, stride, scale, shift, mean, 0, sums, products)
  case 1: gradientSums(gradient, x, pixels, stride, scale, shift, mean, 1, sums, products)
  default: gradientSums(gradient, x, pixels, stride, scale, shift, mean, 2, sums, products)
  }
}

@inline(__always)
private func gradientSums(
  _ gradient: UnsafePointer<Float>, _ x: UnsafePointer<Float>, _ pixels: Int, _ stride: Int,
  _ scale: UnsafePointer<Float>, _ shift: UnsafePointer<Float>, _ mean: UnsafePointer<Float>,
  _ activation: Int, _ sums: UnsafeMutablePointer<Float>, _ products: UnsafeMutablePointer<Float>
) {
  var channel = 0
  while channel < stride {
    let a = load(scale + channel)
    let b = load(shift + channel)
    let center = load(mean + channel)
    var sum = Vector(repeating: 0)
    var product = Vector(repeating: 0)
    for p in 0..<pixels {
      let value = load(x + p * stride + channel)
      let g = passed(
        load(gradient + p * stride + channel), through: multiplyAdd(b, value, a), activation)
      sum += g
      product = multiplyAdd(product, g, value - center)
    }
    store(sum, sums + channel)
    store(product, products + channel)
    channel += Vector.scalarCount
  }
}

/// The gradient of a batch normalisation's input: `scale * g + slope * (x - mean) + offset`.
///
/// `g` is the gradient behind the activation; `slope` and `offset` carry the two means that the batch
/// statistics feed back. `result` may be `gradient`.
public func normalizationGradient(
  gradient: UnsafePointer<Float>, _ x: UnsafePointer<Float>, pixels: Int, stride: Int,
  scale: UnsafePointer<Float>, shift: UnsafePointer<Float>, mean: UnsafePointer<Float>,
  slope: UnsafePointer<Float>, offset: UnsafePointer<Float>, activation: Int,
  result: UnsafeMutablePointer<Float>
) {
  switch activation {
  case 0:
    inputGradient(gradient, x, pixels, stride, scale, shift, mean, slope, offset, 0, result)
  case 1:
    inputGradient(gradient, x, pixels, stride, scale, shift, mean, slope, offset, 1, result)
  default:
    inputGradient(gradient, x, pixels, stride, scale, shift, mean, slope, offset, 2, result)
  }
}

@inline(__always)
private func inputGradient(
  _ gradient: UnsafePointer<Float>, _ x: UnsafePointer<Float>, _ pixels: Int, _ stride: Int,
  _ scale: UnsafePointer<Float>, _ shift: UnsafePointer<Float>, _ mean: UnsafePointer<Float>,
  _ slope: UnsafePointer<Float>, _ offset: UnsafePointer<Float>, _ activation: Int,
  _ result: UnsafeMutablePointer<Float>
) {
  for p in 0..<pixels {
    let row = p * stride
    var channel = 0
    while channel < stride {
      let a = load(scale + channel)
      let value = load(x + row + channel)
      let g = passed(
        load(gradient + row + channel), through: multiplyAdd(load(shift + channel), value, a),
        activation)
      let fed = multiplyAdd(
        load(offset + channel), value - load(mean + channel), load(slope + channel))
      store(multiplyAdd(fed, g, a), result + row + channel)
      channel += Vector.scalarCount
    }
  }
}
