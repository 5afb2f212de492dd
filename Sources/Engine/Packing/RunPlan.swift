/// For the filter gradient: which input and output pixels meet at each tap, as runs along image rows.
///
/// Blocks of output rows are small enough for their gradients to stay in the first-level cache.
package final class RunPlan: @unchecked Sendable {
  /// The runs of one tap in one block: triples (input pixel, output pixel, length).
  package struct Runs {
    package let triples: UnsafePointer<Int32>
    package let count: Int
  }

  /// `runs[block][tap]`, pixels counted from the start of an image.
  package let runs: [[Runs]]
  private var memory: [UnsafeMutablePointer<Int32>] = []

  init(height: Int, width: Int, kernel: Int, stride: Int, rowsPerBlock: Int) {
    let outputHeight = SlidingWindow.outputSize(height, stride)
    let outputWidth = SlidingWindow.outputSize(width, stride)
    let padding = kernel / 2
    var memory: [UnsafeMutablePointer<Int32>] = []
    /// The output positions whose input, for one tap along one axis, lies inside the image.
    func inside(_ tap: Int, inputSize: Int, outputs: Range<Int>) -> Range<Int> {
      let valid = outputs.filter { (0..<inputSize).contains($0 * stride + tap - padding) }
      return (valid.first ?? 0)..<((valid.last ?? -1) + 1)
    }
    runs = Swift.stride(from: 0, to: outputHeight, by: rowsPerBlock).map { first in
      let block = first..<min(first + rowsPerBlock, outputHeight)
      return (0..<kernel * kernel).map { tap in
        let rows = inside(tap / kernel, inputSize: height, outputs: block)
        let columns = inside(tap % kernel, inputSize: width, outputs: 0..<outputWidth)
        var triples: [Int] = []
        for row in rows where !columns.isEmpty {
          let inputRow = row * stride + tap / kernel - padding
          let inputColumn = columns.lowerBound * stride + tap % kernel - padding
          triples += [
            inputRow * width + inputColumn, row * outputWidth + columns.lowerBound, columns.count,
          ]
        }
        let pointer = UnsafeMutablePointer<Int32>.allocate(capacity: max(1, triples.count))
        for (index, value) in triples.enumerated() { pointer[index] = Int32(value) }
        memory.append(pointer)
        return Runs(triples: UnsafePointer(pointer), count: triples.count / 3)
      }
    }
    self.memory = memory
  }

  deinit {
    for pointer in memory { pointer.deallocate() }
  }
}
