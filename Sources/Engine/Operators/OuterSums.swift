/// The dense sums of outer products, `rows` by `columns` floats, tile by tile of the kernel:
/// [column tile][rows][columns of the tile].
///
/// A tile of the kernel lies together, and that of the next rows behind it. Whole rows would spread it over as many pages
/// as it has rows, and where their length is a power of two, over few sets of the caches.
struct OuterSums {
  let rows, columns: Int
  /// Tiles of at most three vectors, never one alone where two and two do.
  let columnTiles: [ChannelSpan]

  /// - Parameters:
  ///   - rows: whole tiles of the kernel.
  ///   - columns: whole vectors.
  init(rows: Int, columns: Int, _ kernels: KernelSet) {
    self.rows = rows
    self.columns = columns
    columnTiles = Self.tiles(columns: columns, kernels)
  }

  static func tiles(columns: Int, _ kernels: KernelSet) -> [ChannelSpan] {
    let vectors = columns / kernels.lanes
    var tiles: [ChannelSpan] = []
    var start = 0
    while start < vectors {
      let left = vectors - start
      let count = left == 4 ? 2 : min(kernels.outerVectors, left)
      tiles.append(ChannelSpan(start: start * kernels.lanes, count: count * kernels.lanes))
      start += count
    }
    return tiles
  }

  /// Floats of all sums.
  var size: Int { rows * columns }

  /// Where a row's part of a column tile starts.
  func place(row: Int, of columns: ChannelSpan) -> Int {
    columns.start * rows + row * columns.count
  }

  /// Copies a row from its tiles to a line of `columns` floats.
  func copy(row: Int, of sums: UnsafePointer<Float>, to line: UnsafeMutablePointer<Float>) {
    for columns in columnTiles {
      (line + columns.start).update(from: sums + place(row: row, of: columns), count: columns.count)
    }
  }
}
