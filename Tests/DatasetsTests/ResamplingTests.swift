import Datasets
import Randomness
import Testing

/// The same resize in one pass, without roundings in between: a triangle over both sides at once.
private func resized(_ pixels: [UInt8], height: Int, width: Int, to shape: ImageShape) -> [Double] {
  let shrink = min(Double(width) / Double(shape.width), Double(height) / Double(shape.height))
  let wide = Int(Double(width) / shrink + 1e-9)
  let high = Int(Double(height) / shrink + 1e-9)
  func weights(_ place: Int, _ inputs: Int, _ outputs: Int) -> [Double] {
    let scale = Double(inputs) / Double(outputs)
    let centre = (Double(place) + 0.5) * scale
    let heights = (0..<inputs).map { max(0, 1 - abs(Double($0) + 0.5 - centre) / max(scale, 1)) }
    return heights.map { $0 / heights.reduce(0, +) }
  }
  var result: [Double] = []
  for row in 0..<shape.height {
    let vertical = weights(row + (high - shape.height) / 2, height, high)
    for column in 0..<shape.width {
      let horizontal = weights(column + (wide - shape.width) / 2, width, wide)
      for channel in 0..<shape.channels {
        var sum = 0.0
        for y in 0..<height where vertical[y] > 0 {
          for x in 0..<width where horizontal[x] > 0 {
            let byte = pixels[(y * width + x) * shape.channels + channel]
            sum += vertical[y] * horizontal[x] * Double(byte)
          }
        }
        result.append(sum)
      }
    }
  }
  return result
}

@Suite struct ResamplingTests {
  @Test(arguments: [(5, 9), (9, 5), (8, 8), (16, 16), (23, 17), (40, 13), (3, 2), (1, 1), (1, 30)])
  func agreesWithTheDefinition(height: Int, width: Int) {
    for shape in [
      ImageShape(channels: 3, height: 8, width: 8), ImageShape(channels: 1, height: 6, width: 9),
    ] {
      var stream = RandomStream(seed: 5, purpose: .testing, step: height, index: width)
      let pixels = (0..<height * width * shape.channels).map { _ in
        UInt8(stream.integer(below: 256))
      }
      let photograph = Photograph(
        channels: shape.channels, height: height, width: width, pixels: pixels)
      var bytes = [UInt8](repeating: 99, count: shape.valueCount)
      bytes.withUnsafeMutableBufferPointer { photograph.write(as: shape, into: $0) }
      let wanted = resized(pixels, height: height, width: width, to: shape)
      // Each of the two passes rounds to a byte, by half a level at most.
      #expect(zip(bytes, wanted).allSatisfy { abs(Double($0) - $1) <= 1.01 }, "\(shape)")
    }
  }

  /// Halving 2 x 4 pixels of one row, worked out by hand: weights 3, 3, 1 of 7 at the edge.
  @Test func knownBytes() {
    let shape = ImageShape(channels: 1, height: 1, width: 2)
    let photograph = Photograph(
      channels: 1, height: 2, width: 4, pixels: [0, 70, 140, 210, 0, 70, 140, 210])
    var bytes: [UInt8] = [0, 0]
    bytes.withUnsafeMutableBufferPointer { photograph.write(as: shape, into: $0) }
    #expect(bytes == [50, 160])
  }
}
