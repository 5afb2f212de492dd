// Pooling over channels-last pixels: a vector register holds neighbouring channels of one pixel.

/// `output[m] = max over t of input[pixel m + tap t]`, of one tap at least.
public func maxPoolGathered(
  input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, stride: Int,
  inputPixels: UnsafePointer<Int32>, outputPixels: UnsafePointer<Int32>, count: Int,
  tapOffsets: UnsafePointer<Int32>, taps: Int
) {
  for m in 0..<count {
    let source = input + Int(inputPixels[m]) * stride
    let target = output + Int(outputPixels[m]) * stride
    var channel = 0
    while channel < stride {
      var largest = load(source + Int(tapOffsets[0]) * stride + channel)
      for t in 1..<taps {
        let value = load(source + Int(tapOffsets[t]) * stride + channel)
        // Not a number wins, so that a diverged network cannot hide behind a pool.
        largest = largest.replacing(with: value, where: (value .> largest) .| (value .!= value))
      }
      store(largest, target + channel)
      channel += Vector.scalarCount
    }
  }
}

/// Adds each output's gradient to the first of its inputs that held the maximum.
///
/// Windows may overlap: outputs are visited in the order of the list.
public func maxPoolGradientGathered(
  input: UnsafePointer<Float>, output: UnsafePointer<Float>, gradient: UnsafePointer<Float>,
  inputGradient: UnsafeMutablePointer<Float>, stride: Int, inputPixels: UnsafePointer<Int32>,
  outputPixels: UnsafePointer<Int32>, count: Int, tapOffsets: UnsafePointer<Int32>, taps: Int
) {
  let zero = Vector(repeating: 0)
  for m in 0..<count {
    let source = Int(inputPixels[m]) * stride
    let target = Int(outputPixels[m]) * stride
    var channel = 0
    while channel < stride {
      let largest = load(output + target + channel)
      var open = load(gradient + target + channel)
      for t in 0..<taps {
        let place = source + Int(tapOffsets[t]) * stride + channel
        let holds = load(input + place) .== largest
        let share = zero.replacing(with: open, where: holds)
        open = open.replacing(with: zero, where: holds)
        store(load(inputGradient + place) + share, inputGradient + place)
      }
      channel += Vector.scalarCount
    }
  }
}

/// `output = factor * sum over pixels of input`, for one image.
public func sumPixels(
  _ input: UnsafePointer<Float>, pixels: Int, stride: Int, factor: Float,
  _ output: UnsafeMutablePointer<Float>
) {
  let scale = Vector(repeating: factor)
  var channel = 0
  while channel < stride {
    var sum = Vector(repeating: 0)
    for p in 0..<pixels { sum += load(input + p * stride + channel) }
    store(sum * scale, output + channel)
    channel += Vector.scalarCount
  }
}

/// Every pixel of one image becomes `factor * value`.
public func spreadPixels(
  _ value: UnsafePointer<Float>, pixels: Int, stride: Int, factor: Float,
  _ output: UnsafeMutablePointer<Float>
) {
  let scale = Vector(repeating: factor)
  for p in 0..<pixels {
    var channel = 0
    while channel < stride {
      store(load(value + channel) * scale, output + p * stride + channel)
      channel += Vector.scalarCount
    }
  }
}
