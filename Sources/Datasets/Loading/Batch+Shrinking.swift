extension Batch {
  /// The same images with sides shorter by a factor, each pixel the mean of a square of old ones; by 1 the batch itself.
  ///
  /// - Precondition: `factor` divides both sides.
  public func shrunk(by factor: Int) -> Batch {
    precondition(
      factor >= 1 && shape.height.isMultiple(of: factor) && shape.width.isMultiple(of: factor),
      "squares of \(factor) pixels fill \(shape)")
    if factor == 1 { return self }
    let small = ImageShape(
      channels: shape.channels, height: shape.height / factor, width: shape.width / factor)
    let storage = BatchStorage(count: count, shape: small)
    withPixels { pixels in
      for row in 0..<count * small.height {
        for column in 0..<small.width {
          for channel in 0..<small.channels {
            // Rows of all images follow each other, in both sizes.
            let first = (row * factor * shape.width + column * factor) * shape.channels + channel
            storage.values[(row * small.width + column) * small.channels + channel] = mean(
              of: pixels, from: first, side: factor)
          }
        }
      }
    }
    return Batch(
      shape: small, labels: labels, shrunkBy: shrunkBy * factor, storage: storage)
  }

  private func mean(
    of pixels: UnsafeBufferPointer<Float>, from first: Int, side: Int
  ) -> Float {
    var sum: Float = 0
    for row in 0..<side {
      for column in 0..<side {
        sum += pixels[first + (row * shape.width + column) * shape.channels]
      }
    }
    return sum / Float(side * side)
  }
}
