/// What is copied out of an image for a sliding window.
package enum PatchLayout: Hashable, Sendable {
  /// The patch ends where the image ends, and target pixels with the same valid taps form a class, so that
  /// padding is never computed.
  case clipped
  /// The patch has a border of zeros and all pixels form one class. A row of taps is then one run of neighbouring
  /// floats, which makes products of useful length where pixels have few channels.
  case bordered
  /// Only the pixels that a window of one pixel reads.
  case sampled
}

/// Which source pixels and taps make each target pixel of a sliding window, for a block of target pixels.
///
/// A block's source pixels are first copied out of the image as a `Patch`; the lists count pixels of the patch,
/// so one plan serves every width of a layer.
package final class PixelPlan: @unchecked Sendable {
  /// Target pixels that see the same taps; the pixel lists go image by image.
  package struct Class {
    package let taps: Int
    package let tapOffsets, tapPanels: UnsafePointer<Int32>
    package let pixelsPerImage: Int
    package let inputPixels, outputPixels: UnsafePointer<Int32>
  }

  /// Some target rows of `imagesPerBlock` neighbouring images.
  package struct Block {
    /// The target rows.
    let rows: Range<Int>
    /// What to copy of each image.
    let patch: Patch
    package let classes: [Class]
  }

  /// Images that a block spans; 1 when an image is cut into several blocks of rows.
  package let imagesPerBlock: Int
  /// The blocks of one image (or of `imagesPerBlock` images).
  package let blocks: [Block]
  let layout: PatchLayout
  private let targetWidth: Int
  private var memory: [UnsafeMutablePointer<Int32>] = []

  /// Blocks needed for a number of images.
  package func blockCount(images: Int) -> Int {
    (images + imagesPerBlock - 1) / imagesPerBlock * blocks.count
  }

  /// The images of a block, counted over the blocks of all images.
  func images(ofBlock block: Int, of images: Int) -> Range<Int> {
    let first = block / blocks.count * imagesPerBlock
    return first..<min(first + imagesPerBlock, images)
  }

  /// The source pixels of a block, counted over the blocks of all images.
  func pixels(ofBlock block: Int, of source: FeatureMap.Shape) -> PixelRun {
    let rows = blocks[block % blocks.count].patch.rows.clamped(to: 0..<source.height)
    let images = images(ofBlock: block, of: source.images)
    return PixelRun(
      image: images.lowerBound, first: rows.lowerBound * source.width,
      count: rows.count * source.width + (images.count - 1) * source.imagePixels)
  }

  /// Pixels of the largest block's patches.
  var patchPixels: Int {
    imagesPerBlock * (blocks.map { $0.patch.height * $0.patch.width }.max() ?? 0)
  }

  /// Pixels of the largest block's target rows.
  var targetPixels: Int {
    imagesPerBlock * (blocks.map(\.rows.count).max() ?? 0) * targetWidth
  }

  /// Lists the pixels of blocks of `rowsPerBlock` target rows (all rows when several images share a block).
  init(_ window: SlidingWindow, imagesPerBlock: Int, rowsPerBlock: Int, layout: PatchLayout) {
    self.imagesPerBlock = imagesPerBlock
    self.layout = layout
    targetWidth = window.targetWidth
    var memory: [UnsafeMutablePointer<Int32>] = []
    func keep(_ values: [Int]) -> UnsafePointer<Int32> {
      let pointer = UnsafeMutablePointer<Int32>.allocate(capacity: max(1, values.count))
      for (index, value) in values.enumerated() { pointer[index] = Int32(value) }
      memory.append(pointer)
      return UnsafePointer(pointer)
    }
    blocks = stride(from: 0, to: window.targetHeight, by: rowsPerBlock).map { first in
      let rows = first..<min(first + rowsPerBlock, window.targetHeight)
      let patch = window.patch(rows: rows, layout)
      let classes = window.classes(rows: rows, layout)
      return Block(
        rows: rows, patch: patch,
        classes: classes.map { found in
          let images = 0..<imagesPerBlock
          return Class(
            taps: found.taps.count, tapOffsets: keep(found.taps.map(\.sourceOffset)),
            tapPanels: keep(found.taps.map(\.tap)), pixelsPerImage: found.pixels.count,
            inputPixels: keep(
              images.flatMap { image in
                found.pixels.map { $0.source + image * patch.height * patch.width }
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

  /// The source pixels that some target rows read.
  func patch(rows: Range<Int>, _ layout: PatchLayout) -> Patch {
    switch layout {
    case .clipped: clippedPatch(rows: rows)
    case .bordered: borderedPatch(rows: rows)
    case .sampled:
      Patch(
        rows: rows.lowerBound * stride..<(rows.upperBound - 1) * stride + 1,
        columns: 0..<sourceWidth, step: stride)
    }
  }

  private func clippedPatch(rows: Range<Int>) -> Patch {
    let read = rows.flatMap { row in
      let vertical = taps(at: row, sourceSize: sourceHeight)
      return vertical.taps.map { vertical.base + $0.1 }
    }
    let first = read.min() ?? 0
    return Patch(rows: first..<max(first, (read.max() ?? -1) + 1), columns: 0..<sourceWidth)
  }

  private func borderedPatch(rows: Range<Int>) -> Patch {
    let padding = kernel / 2
    return Patch(
      rows: rows.lowerBound * stride - padding..<(rows.upperBound - 1) * stride - padding + kernel,
      columns: -padding..<(targetWidth - 1) * stride - padding + kernel)
  }

  /// The target pixels of some rows, grouped by their taps; sources are counted in the patch of those rows.
  func classes(
    rows: Range<Int>, _ layout: PatchLayout
  ) -> [(taps: [Tap], pixels: [Pixel])] {
    let width = patch(rows: rows, layout).width
    let step = layout == .sampled ? 1 : stride
    let pixels = rows.flatMap { row in
      (0..<targetWidth).map { column in
        Pixel(
          target: row * targetWidth + column,
          source: (row - rows.lowerBound) * step * width + column * step)
      }
    }
    return switch layout {
    case .clipped: clippedClasses(rows: rows)
    case .bordered: [((0..<kernel).map { Tap(tap: $0, sourceOffset: $0 * width) }, pixels)]
    case .sampled: [([Tap(tap: 0, sourceOffset: 0)], pixels)]
    }
  }

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

  /// In order of first appearance.
  private func clippedClasses(rows: Range<Int>) -> [(taps: [Tap], pixels: [Pixel])] {
    let firstRow = clippedPatch(rows: rows).rows.lowerBound
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
          source: (vertical.base - firstRow) * sourceWidth + horizontal.base)
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
