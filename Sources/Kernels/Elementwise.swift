// Operations on whole blocks of floats; every count is a multiple of 16, as pixel strides are, unless said.

/// `y = clamp(first + second)` for rows of pixels; each side is `clamp(x * scale + shift)` by channel.
///
/// - Parameters:
///   - strideA: floats from one pixel of `a` to the next.
///   - bounds: the lowest and highest value of the first side, of the second and of `y`; infinite for none.
///   - stride: floats from one pixel of `b` and of `y` to the next.
///   - floats: how many of each pixel are added, a multiple of the lanes.
///   - streams: writes `y` past the caches (`streamPixels`).
public func addActivate(
  _ a: UnsafePointer<Float>, strideA: Int, scaleA: UnsafePointer<Float>,
  shiftA: UnsafePointer<Float>, _ b: UnsafePointer<Float>, scaleB: UnsafePointer<Float>,
  shiftB: UnsafePointer<Float>, bounds: UnsafePointer<Float>, pixels: Int, stride: Int,
  floats: Int, _ y: UnsafeMutablePointer<Float>, streams: Bool
) {
  let (lowA, highA) = (Vector(repeating: bounds[0]), Vector(repeating: bounds[1]))
  let (lowB, highB) = (Vector(repeating: bounds[2]), Vector(repeating: bounds[3]))
  let (lowY, highY) = (Vector(repeating: bounds[4]), Vector(repeating: bounds[5]))
  for p in 0..<pixels {
    let (rowA, row) = (p * strideA, p * stride)
    var channel = 0
    while channel < floats {
      let first = clamp(
        multiplyAdd(load(shiftA + channel), load(a + rowA + channel), load(scaleA + channel)), lowA,
        highA)
      let second = clamp(
        multiplyAdd(load(shiftB + channel), load(b + row + channel), load(scaleB + channel)), lowB,
        highB)
      let sum = clamp(first + second, lowY, highY)
      if streams { stream(sum, y + row + channel) } else { store(sum, y + row + channel) }
      channel += Vector.scalarCount
    }
  }
}

/// `y = activation(x)`.
public func activateAll(
  _ x: UnsafePointer<Float>, count: Int, activation: Int, _ y: UnsafeMutablePointer<Float>
) {
  var i = 0
  while i < count {
    store(activate(load(x + i), activation), y + i)
    i += Vector.scalarCount
  }
}

/// `result = gradient` where the activation's output `y` says that it passed, else 0.
///
/// For ReLU and ReLU6 the output decides as the input does: both are flat outside (0, 6).
public func activationGradient(
  gradient: UnsafePointer<Float>, output y: UnsafePointer<Float>, count: Int, activation: Int,
  result: UnsafeMutablePointer<Float>
) {
  var i = 0
  while i < count {
    store(passed(load(gradient + i), through: load(y + i), activation), result + i)
    i += Vector.scalarCount
  }
}

/// `target += source`; any count.
public func addInto(
  _ target: UnsafeMutablePointer<Float>, _ source: UnsafePointer<Float>, count: Int
) {
  var i = 0
  while i + Vector.scalarCount <= count {
    store(load(target + i) + load(source + i), target + i)
    i += Vector.scalarCount
  }
  while i < count {
    target[i] += source[i]
    i += 1
  }
}

/// One step of stochastic gradient descent with momentum, as PyTorch's SGD without dampening; any count.
///
/// `m = momentum * m + (g + decay * w)`; `w -= rate * (nesterov ? g + decay * w + momentum * m : m)`.
public func momentumStep(
  weights: UnsafeMutablePointer<Float>, momenta: UnsafeMutablePointer<Float>,
  gradients: UnsafePointer<Float>, count: Int, rate: Float, momentum: Float, decay: Float,
  nesterov: Bool
) {
  let minusRate = Vector(repeating: -rate)
  let mu = Vector(repeating: momentum)
  let lambda = Vector(repeating: decay)
  let own = Vector(repeating: nesterov ? 1 : 0)
  let ahead = Vector(repeating: nesterov ? momentum : 1)
  var i = 0
  while i + Vector.scalarCount <= count {
    let weight = load(weights + i)
    let gradient = multiplyAdd(load(gradients + i), lambda, weight)
    let velocity = multiplyAdd(gradient, mu, load(momenta + i))
    store(velocity, momenta + i)
    store(multiplyAdd(weight, minusRate, multiplyAdd(own * gradient, ahead, velocity)), weights + i)
    i += Vector.scalarCount
  }
  while i < count {
    let gradient = gradients[i] + decay * weights[i]
    momenta[i] = gradient + momentum * momenta[i]
    let direction = nesterov ? gradient + momentum * momenta[i] : momenta[i]
    weights[i] -= rate * direction
    i += 1
  }
}
