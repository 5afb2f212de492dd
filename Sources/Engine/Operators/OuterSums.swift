/// How the sums of outer products lie, `rows` by `columns` floats: [column tile][rows][columns of the tile].
///
/// What one call of the kernel adds to is then one run of memory, and the next call's is behind it. In whole rows it would
/// be spread over distant lines, and over few sets of the caches where rows are a power of two long.
struct OuterSums {
  let rows, columns: Int
  let columnTiles: [ChannelSpan]

  /// The sums of so many inputs and outputs, padded to whole tiles and whole pixels.
  init(inputs: Int, outputs: Int, _ kernels: KernelSet) {
    rows = roundedUp(inputs, to: kernels.outerRows)
    columns = roundedUp(outputs, to: 16)
    columnTiles = kernels.outerTiles(floats: columns)
  }

  /// Floats of all sums.
  var size: Int { rows * columns }

  /// Where a row's part of a column tile starts.
  func place(row: Int, of columns: ChannelSpan) -> Int {
    columns.start * rows + row * columns.count
  }

  /// Copies a row from its tiles to a line, all `columns` of it.
  func copy(row: Int, of sums: UnsafePointer<Float>, to line: UnsafeMutablePointer<Float>) {
    for columns in columnTiles {
      (line + columns.start).update(from: sums + place(row: row, of: columns), count: columns.count)
    }
  }
}
