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

  /// A row, all `columns` of it: where it lies, or in memory where its tiles have to be put together.
  func row(
    _ row: Int, of sums: UnsafePointer<Float>, orCopiedTo memory: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    if columnTiles.count == 1 { return sums + place(row: row, of: columnTiles[0]) }
    for columns in columnTiles {
      (memory + columns.start).update(
        from: sums + place(row: row, of: columns), count: columns.count)
    }
    return UnsafePointer(memory)
  }
}
