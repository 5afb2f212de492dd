// Depthwise convolution: each channel has its own filter, so a vector register holds neighbouring channels
// of one pixel. Weights are [tap][channels], padded like a pixel.

/// Sums listed taps of listed pixels, channel by channel: forward, and backward-data with mirrored lists.
///
/// `output[m] = sum over t of input[pixel m + tap t] * weights[tap t]`, in the order of t.
public func depthwiseGathered(
  input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, stride: Int,
  inputPixels: UnsafePointer<Int32>, outputPixels: UnsafePointer<Int32>, count: Int,
  tapOffsets: UnsafePointer<Int32>, tapPanels: UnsafePointer<Int32>, taps: Int,
  weights: UnsafePointer<Float>
) {
  if taps == 9 {
    depthwiseNine(
      input, output, stride, inputPixels, outputPixels, count, tapOffsets, tapPanels, weights)
    return
  }
  for m in 0..<count {
    let source = input + Int(inputPixels[m]) * stride
    let target = output + Int(outputPixels[m]) * stride
    var channel = 0
    while channel < stride {
      var sum = Vector(repeating: 0)
      for t in 0..<taps {
        sum = multiplyAdd(
          sum, load(source + Int(tapOffsets[t]) * stride + channel),
          load(weights + Int(tapPanels[t]) * stride + channel))
      }
      store(sum, target + channel)
      channel += Vector.scalarCount
    }
  }
}

/// The inside of a 3x3 layer, where all nine taps fall into the image: weights stay in registers.
@inline(__always)
private func depthwiseNine(
  _ input: UnsafePointer<Float>, _ output: UnsafeMutablePointer<Float>, _ stride: Int,
  _ inputPixels: UnsafePointer<Int32>, _ outputPixels: UnsafePointer<Int32>, _ count: Int,
  _ tapOffsets: UnsafePointer<Int32>, _ tapPanels: UnsafePointer<Int32>,
  _ weights: UnsafePointer<Float>
) {
  var offsets = InlineArray<9, Int>(repeating: 0)
  for t in 0..<9 { offsets[t] = Int(tapOffsets[t]) * stride }
  var channel = 0
  while channel < stride {
    var filter = InlineArray<9, Vector>(repeating: Vector(repeating: 0))
    for t in 0..<9 { filter[t] = load(weights + Int(tapPanels[t]) * stride + channel) }
    for m in 0..<count {
      let source = input + Int(inputPixels[m]) * stride + channel
      var sum = Vector(repeating: 0)
      for t in 0..<9 { sum = multiplyAdd(sum, load(source + offsets[t]), filter[t]) }
      store(sum, output + Int(outputPixels[m]) * stride + channel)
    }
    channel += Vector.scalarCount
  }
}

/// Adds to one vector of channels of the filter gradient: the sum over some runs of input times gradient.
///
/// - Parameters:
///   - runs: triples (input pixel, gradient pixel, length), `runCount` of them, all of one tap.
///   - step: pixels from one input pixel of a run to the next; gradient pixels are neighbours.
///   - sums: the vector to add to.
public func accumulateDepthwise(
  input: UnsafePointer<Float>, gradient: UnsafePointer<Float>, stride: Int, step: Int,
  runs: UnsafePointer<Int32>, runCount: Int, sums: UnsafeMutablePointer<Float>
) {
  var total = load(sums)
  for index in 0..<runCount {
    var x = input + Int(runs[3 * index]) * stride
    var g = gradient + Int(runs[3 * index + 1]) * stride
    for _ in 0..<runs[3 * index + 2] {
      total = multiplyAdd(total, load(x), load(g))
      x += step * stride
      g += stride
    }
  }
  store(total, sums)
}
