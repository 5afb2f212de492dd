/// What operators copy pixels from, applying on the way whatever is pending.
protocol PixelSource: Sendable {
  var shape: FeatureMap.Shape { get }

  /// Copies a run of pixels, applied, to pixels `stride` floats apart.
  ///
  /// - Parameter floats: which of a pixel's floats, a whole number of 16s or all. They are written in order: where
  ///   `stride` is less, the last pixel writes past its end.
  func copy(
    _ run: PixelRun, floats: Range<Int>, to target: UnsafeMutablePointer<Float>, stride: Int,
    kernels: KernelSet)

  /// The memory that copying a run reads, from its first pixel to its last.
  func memory(behind run: PixelRun) -> [ReadAhead.Share]
}

extension FeatureMap {
  /// The floats of a run, and of the pixels between them.
  func floats(of run: PixelRun) -> ReadAhead.Share {
    ReadAhead.Share(
      start: elements + shape.pixel(run.first, ofImage: run.image),
      count: ((run.count - 1) * run.step + 1) * shape.pixelStride)
  }
}

/// Every `step`-th pixel of an image from one of them, `count` in all.
struct PixelRun {
  let image: Int
  /// Counted in the image, row by row.
  let first, count: Int
  var step = 1
}

/// A rectangle of pixels of one image on its way into an operator's own memory.
///
/// Pixels beside the image are zeros.
struct Patch {
  /// Rows of the image, from the first that is wanted; they may start above it and end below it.
  let rows: Range<Int>
  /// Columns of the image, likewise.
  let columns: Range<Int>
  /// Every how many-th pixel is wanted, both ways.
  var step = 1

  var height: Int { (rows.count + step - 1) / step }
  var width: Int { (columns.count + step - 1) / step }

  /// Writes the patch to pixels `stride` floats apart, row after row without gaps.
  ///
  /// - Parameter floats: which of a pixel's floats; all by default.
  func copy(
    _ source: some PixelSource, image: Int, floats: Range<Int>? = nil,
    to target: UnsafeMutablePointer<Float>, stride: Int, kernels: KernelSet
  ) {
    let floats = floats ?? 0..<source.shape.pixelStride
    let shape = source.shape
    let left = max(0, -columns.lowerBound)
    let right = max(0, columns.upperBound - shape.width)
    let inside = (columns.count - left - right + step - 1) / step
    for line in 0..<height {
      let row = rows.lowerBound + line * step
      let place = target + line * width * stride
      guard (0..<shape.height).contains(row) else {
        place.update(repeating: 0, count: width * stride)
        continue
      }
      place.update(repeating: 0, count: left * stride)
      source.copy(
        PixelRun(
          image: image, first: row * shape.width + max(0, columns.lowerBound), count: inside,
          step: step), floats: floats, to: place + left * stride, stride: stride, kernels: kernels)
      (place + (left + inside) * stride).update(repeating: 0, count: right * stride)
    }
  }
}
