/// For the filter gradient: which source and gradient pixels meet at each tap, as runs along image rows.
///
/// An image is cut into pieces, whose source pixels are copied as a `Patch`, and a piece into blocks small enough
/// for their gradients to stay in the first-level cache.
package final class RunPlan: @unchecked Sendable {
  /// The runs of one tap in one block: triples (pixel of the patch, pixel of the piece's gradient, length).
  package struct Runs {
    package let triples: UnsafePointer<Int32>
    package let count: Int
  }

  /// Some rows of an image's gradient.
  struct Piece {
    let rows: Range<Int>
    /// What to copy of the source image.
    let patch: Patch
    /// `blocks[block][tap]`.
    let blocks: [[Runs]]
  }

  let pieces: [Piece]
  /// Pixels of the patch from one pixel of a run to the next.
  let step: Int
  private var memory: [UnsafeMutablePointer<Int32>] = []

  /// Pixels of the largest piece's patch.
  var patchPixels: Int { pieces.map { $0.patch.height * $0.patch.width }.max() ?? 0 }

  /// Pixels of the largest piece's gradient.
  let gradientPixels: Int

  init(_ window: SlidingWindow, rowsPerBlock: Int, layout: PatchLayout) {
    var memory: [UnsafeMutablePointer<Int32>] = []
    func keep(_ triples: [Int]) -> Runs {
      let pointer = UnsafeMutablePointer<Int32>.allocate(capacity: max(1, triples.count))
      for (index, value) in triples.enumerated() { pointer[index] = Int32(value) }
      memory.append(pointer)
      return Runs(triples: UnsafePointer(pointer), count: triples.count / 3)
    }
    let rows = BlockSizes.outerPiecePixels / window.targetWidth / rowsPerBlock * rowsPerBlock
    let rowsPerPiece = min(max(rowsPerBlock, rows), window.targetHeight)
    gradientPixels = rowsPerPiece * window.targetWidth
    pieces = stride(from: 0, to: window.targetHeight, by: rowsPerPiece).map { first in
      let piece = first..<min(first + rowsPerPiece, window.targetHeight)
      return Piece(
        rows: piece, patch: window.patch(rows: piece, layout),
        blocks: stride(from: first, to: piece.upperBound, by: rowsPerBlock).map { start in
          let block = start..<min(start + rowsPerBlock, piece.upperBound)
          return window.runs(rows: block, of: piece, layout).map(keep)
        })
    }
    step = layout == .sampled ? 1 : window.stride
    self.memory = memory
  }

  deinit {
    for pointer in memory { pointer.deallocate() }
  }
}

extension SlidingWindow {
  /// For each tap, the runs of some target rows whose source pixels lie in the patch.
  fileprivate func runs(
    rows block: Range<Int>, of piece: Range<Int>, _ layout: PatchLayout
  ) -> [[Int]] {
    let patch = patch(rows: piece, layout)
    guard layout == .clipped else {
      let step = layout == .sampled ? 1 : stride
      return (0..<kernel).map { v in
        block.flatMap { row in
          [
            ((row - piece.lowerBound) * step + v) * patch.width,
            (row - piece.lowerBound) * targetWidth, targetWidth,
          ]
        }
      }
    }
    let padding = kernel / 2
    return (0..<taps).map { tap in
      let (v, h) = (tap / kernel - padding, tap % kernel - padding)
      let columns = (0..<targetWidth).filter { (0..<sourceWidth).contains($0 * stride + h) }
      guard let first = columns.first else { return [] }
      return block.flatMap { row -> [Int] in
        let line = row * stride + v - patch.rows.lowerBound
        guard (0..<sourceHeight).contains(row * stride + v) else { return [] }
        return [
          line * patch.width + first * stride + h,
          (row - piece.lowerBound) * targetWidth + first, columns.count,
        ]
      }
    }
  }
}
