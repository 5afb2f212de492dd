/// Resizing along one side by a triangle filter as wide as what one output pixel covers.
///
/// This is Pillow's antialiased bilinear resize, in integers, so the bytes are the same on every machine:
/// weights have 22 bits, and each of the two passes rounds to bytes.
struct Resampling {
  private struct Window {
    let first: Int
    let weights: [Int]
  }

  private static let precision = 22
  private let inputs: Int
  private let windows: [Window]

  /// Resizes `inputs` pixels to `outputs` and keeps the `kept` in the middle.
  init(from inputs: Int, to outputs: Int, keeping kept: Int) {
    self.inputs = inputs
    let scale = Double(inputs) / Double(outputs)
    let start = (outputs - kept) / 2
    windows = (start..<start + kept).map {
      Self.window(centre: (Double($0) + 0.5) * scale, radius: max(scale, 1), inputs: inputs)
    }
  }

  private static func window(centre: Double, radius: Double, inputs: Int) -> Window {
    let first = max(0, Int(centre - radius + 0.5))
    let end = min(inputs, Int(centre + radius + 0.5))
    let heights = (first..<end).map { 1 - abs((Double($0) + 0.5 - centre) / radius) }
    let sum = heights.reduce(0, +)
    let one = Double(1 << precision)
    return Window(first: first, weights: heights.map { Int(($0 / sum * one).rounded()) })
  }

  /// Resizes each of `groups` runs of pixels that lie one after another; a pixel is `values` bytes.
  func applied(to pixels: [UInt8], groups: Int, values: Int) -> [UInt8] {
    let total = groups * windows.count * values
    return [UInt8](unsafeUninitializedCapacity: total) { output, count in
      var place = 0
      for group in 0..<groups {
        for window in windows {
          let start = (group * inputs + window.first) * values
          for value in 0..<values {
            output[place] = Self.blend(pixels, from: start + value, step: values, window.weights)
            place += 1
          }
        }
      }
      count = total
    }
  }

  private static func blend(
    _ pixels: [UInt8], from start: Int, step: Int, _ weights: [Int]
  ) -> UInt8 {
    var sum = 1 << (precision - 1)
    var place = start
    for weight in weights {
      sum += Int(pixels[place]) * weight
      place += step
    }
    return UInt8(clamping: sum >> precision)
  }
}
