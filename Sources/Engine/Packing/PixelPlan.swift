/// Which input pixels and taps make each output pixel of a sliding window, for a block of images.
///
/// Output pixels with the same valid taps form a class, so that padding is never computed. The lists count
/// pixels, not floats: one plan serves every width of a layer.
package final class PixelPlan: @unchecked Sendable {
  /// Output pixels that see the same taps; the pixel lists go image by image.
  package struct Class {
    package let taps: Int
    package let tapOffsets, tapPanels: UnsafePointer<Int32>
    package let pixelsPerImage: Int
    package let inputPixels, outputPixels: UnsafePointer<Int32>
  }

  /// Some output rows of `imagesPerBlock` neighbouring images.
  package struct Block {
    package let classes: [Class]
  }

  /// Images that a block spans; 1 when an image is cut into several blocks of rows.
  package let imagesPerBlock: Int
  /// The blocks of one image (or of `imagesPerBlock` images).
  package let blocks: [Block]
  private var memory: [UnsafeMutablePointer<Int32>] = []

  /// Blocks needed for a number of images.
  package func blockCount(images: Int) -> Int {
    (images + imagesPerBlock - 1) / imagesPerBlock * blocks.count
  }

  /// Lists the pixels of blocks of `rowsPerBlock` output rows (all rows when several images share a block).
  init(_ window: SlidingWindow, imagesPerBlock: Int, rowsPerBlock: Int) {
    self.imagesPerBlock = imagesPerBlock
    var memory: [UnsafeMutablePointer<Int32>] = []
    func keep(_ values: [Int]) -> UnsafePointer<Int32> {
      let pointer = UnsafeMutablePointer<Int32>.allocate(capacity: max(1, values.count))
      for (index, value) in values.enumerated() { pointer[index] = Int32(value) }
      memory.append(pointer)
      return UnsafePointer(pointer)
    }
    blocks = stride(from: 0, to: window.targetHeight, by: rowsPerBlock).map { first in
      let rows = first..<min(first + rowsPerBlock, window.targetHeight)
      return Block(
        classes: window.classes(rows: rows).map { found in
          let images = 0..<imagesPerBlock
          return Class(
            taps: found.taps.count, tapOffsets: keep(found.taps.map(\.sourceOffset)),
            tapPanels: keep(found.taps.map(\.tap)), pixelsPerImage: found.pixels.count,
            inputPixels: keep(
              images.flatMap { image in
                found.pixels.map { $0.source + image * window.sourceHeight * window.sourceWidth }
              }),
            outputPixels: keep(
              images.flatMap { image in
                found.pixels.map { $0.target + image * window.targetHeight * window.targetWidth }
              }))
        })
    }
    self.memory = memory
  }

  deinit {
    for pointer in memory { pointer.deallocate() }
  }
}

/// The geometry of a square window with odd kernel, padding `kernel / 2` and stride 1 or 2, seen from one end.
///
/// Forward, the target is the output and the source the input; backward (`reversed`) the other way round.
package struct SlidingWindow: Hashable, Sendable {
  package let sourceHeight, sourceWidth, targetHeight, targetWidth, kernel, stride: Int
  package let reversed: Bool

  package var taps: Int { kernel * kernel }

  /// A tap and what it adds to a pixel's base source pixel.
  package struct Tap: Hashable {
    let tap, sourceOffset: Int
  }
  /// A target pixel and its base source pixel (which need not be inside the image).
  package struct Pixel {
    let target, source: Int
  }

  package static func forward(height: Int, width: Int, kernel: Int, stride: Int) -> SlidingWindow {
    SlidingWindow(
      sourceHeight: height, sourceWidth: width, targetHeight: outputSize(height, stride),
      targetWidth: outputSize(width, stride), kernel: kernel, stride: stride, reversed: false)
  }

  package static func backward(height: Int, width: Int, kernel: Int, stride: Int) -> SlidingWindow {
    SlidingWindow(
      sourceHeight: outputSize(height, stride), sourceWidth: outputSize(width, stride),
      targetHeight: height, targetWidth: width, kernel: kernel, stride: stride, reversed: true)
  }

  /// The output size of a window with odd kernel and padding `kernel / 2`.
  package static func outputSize(_ input: Int, _ stride: Int) -> Int {
    (input - 1) / stride + 1
  }

  /// Along one axis: a target's base source position, and the taps with their offsets from it.
  private func taps(at target: Int, sourceSize: Int) -> (base: Int, taps: [(Int, Int)]) {
    let padding = kernel / 2
    if !reversed {
      let base = target * stride - padding
      return (base, (0..<kernel).filter { (0..<sourceSize).contains(base + $0) }.map { ($0, $0) })
    }
    // Output o reads input o * stride + tap - padding: solve for o.
    let base = (target + padding) / stride
    let phase = (target + padding) % stride
    return (
      base,
      (0..<kernel).filter {
        $0 % stride == phase && (0..<sourceSize).contains(base - ($0 - phase) / stride)
      }.map { ($0, -($0 - phase) / stride) }
    )
  }

  /// The target pixels of some rows, grouped by their taps, in order of first appearance.
  func classes(rows: Range<Int>) -> [(taps: [Tap], pixels: [Pixel])] {
    var order: [[Tap]: Int] = [:]
    var classes: [(taps: [Tap], pixels: [Pixel])] = []
    for row in rows {
      let vertical = taps(at: row, sourceSize: sourceHeight)
      for column in 0..<targetWidth {
        let horizontal = taps(at: column, sourceSize: sourceWidth)
        let taps = vertical.taps.flatMap { v in
          horizontal.taps.map { h in
            Tap(tap: v.0 * kernel + h.0, sourceOffset: v.1 * sourceWidth + h.1)
          }
        }
        let pixel = Pixel(
          target: row * targetWidth + column,
          source: vertical.base * sourceWidth + horizontal.base)
        let index = order[taps] ?? classes.count
        if index == classes.count {
          order[taps] = index
          classes.append((taps, []))
        }
        classes[index].pixels.append(pixel)
      }
    }
    return classes
  }
}
