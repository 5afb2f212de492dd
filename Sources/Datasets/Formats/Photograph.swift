import JPEGShims

/// One decoded photograph in its own size, before it is brought to the network's.
package struct Photograph {
  let channels: Int
  let height: Int
  let width: Int
  let pixels: [UInt8]

  /// Decodes a JPEG; one that is damaged anywhere is refused by name.
  ///
  /// - Parameter shape: an image at least twice as large is halved, as often as it still covers this shape.
  package init(jpeg: [UInt8], path: String, covering shape: ImageShape) throws(DatasetError) {
    var image = JPEGImage()
    var problem = [CChar](repeating: 0, count: jpeg_problem_capacity)
    let isWhole = jpeg_decode(
      jpeg, jpeg.count, Int32(shape.channels), Int32(shape.width), Int32(shape.height), &image,
      &problem)
    guard isWhole else {
      let reason = problem.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
      throw .damaged(path: path, problem: "is not an intact JPEG (\(reason))")
    }
    defer { jpeg_release(image.pixels) }
    channels = shape.channels
    height = Int(image.height)
    width = Int(image.width)
    pixels = Array(UnsafeBufferPointer(start: image.pixels, count: channels * height * width))
  }

  /// A photograph of given pixels (height, width, channels).
  package init(channels: Int, height: Int, width: Int, pixels: [UInt8]) {
    self.channels = channels
    self.height = height
    self.width = width
    self.pixels = pixels
  }

  /// Writes the centre of the photograph, resized as little as covers `shape`; equal sizes are copied.
  package func write(as shape: ImageShape, into target: UnsafeMutableBufferPointer<UInt8>) {
    precondition(target.count == shape.valueCount, "a buffer of exactly one image")
    if height == shape.height && width == shape.width {
      _ = target.update(fromContentsOf: pixels)
    } else {
      let resized = covering(shape)
      let columns = Resampling(from: width, to: resized.width, keeping: shape.width)
      let rows = Resampling(from: height, to: resized.height, keeping: shape.height)
      let narrow = columns.applied(to: pixels, groups: height, values: channels)
      let small = rows.applied(to: narrow, groups: 1, values: shape.width * channels)
      _ = target.update(fromContentsOf: small)
    }
  }

  /// The smallest size of the same proportions that covers `shape`: its shorter side fits exactly.
  private func covering(_ shape: ImageShape) -> (height: Int, width: Int) {
    if width * shape.height <= height * shape.width {
      (height * shape.width / width, shape.width)
    } else {
      (shape.height, width * shape.height / height)
    }
  }
}
