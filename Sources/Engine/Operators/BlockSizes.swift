/// How much work the operators take at once: the sizes and thresholds of the engine but the kernels' tiles
/// (Sources/Kernels) and the choice between algorithms (`ConvolutionLayer`).
///
/// They are for cores with 32 KiB of first-level and 1 MiB of second-level cache, and are the same on every machine:
/// those that say so decide in which order sums are taken, hence bits.
enum BlockSizes {
  // MARK: Statistics

  /// Pixels whose moments are taken while they are in cache, about.
  ///
  /// In multiples of the four rows of a Winograd tile. Shows in the bits.
  static let chunkPixels = 256

  // MARK: Products with weight panels, direct

  /// Source pixels of a block, copied and applied: they stay in the second-level cache beside a panel.
  static let directSourceBytes = 256 << 10
  /// Floats of each output pixel, at least, that are made before an observer sees them: a few cache lines in a row.
  static let observedFloats = 64
  /// The same where the observer reads another map as well: from memory, pieces of a KiB come faster than shorter ones.
  static let observedFloatsOfTwoMaps = 256

  // MARK: Filter gradients, direct

  /// A block's gradients, three vectors wide: they stay in the first-level cache while all rows of the filter pass.
  ///
  /// Shows in the bits, as the next: strips are made of pieces, and pieces of whole blocks.
  static let outerGradientBytes = 20 << 10
  /// Source pixels of a piece, about: small enough that threads share the copying of one image.
  static let outerPiecePixels = 512
  /// Pixels of a portion, of both maps: they stay in the nearer caches of all threads while the filter is swept.
  static let outerPortionBytes = 1 << 20

  // MARK: Filter gradients in strips

  /// Pixels that pay for a strip's own sums.
  ///
  /// Shows in the bits, as the next three.
  static let stripPixels = 128
  /// More strips than this bring no better balance.
  static let mostStrips = 64
  /// Floats of the sums of a shard's strips: they wait in the last-level cache.
  static let mostStripSums = 1 << 20
  /// With fewer strips several threads have too little to share, and the filter is divided instead.
  static let fewestStrips = 6

  /// Floats of a sum that a thread writes to their places in the full gradient before it asks for more.
  static let scatteredFloats = 4096

  // MARK: Both gradients of a 1x1 layer in one visit

  /// A block's pixels of both maps: a part of the second-level cache.
  static let pointwiseBytes = 256 << 10
  /// Pixels of a block, in whole tiles of the product.
  ///
  /// Fewer spend their time on loading and storing sums; more than 96 of a tile's gradients leave the first-level cache.
  static let pointwisePixels = 12...96

  // MARK: Depthwise windows

  /// A band of both maps: a part of the second-level cache.
  ///
  /// Channels are divided only where one chunk needs more, since memory is best read in long pieces. Shows in the bits
  /// of filter gradients.
  static let depthwiseBandBytes = 384 << 10
  /// A map that no cache holds until it is read: its bands are written past the caches.
  static let streamedBytes = 8 << 20

  // MARK: Inverted residuals, inference

  /// Floats of a wide pixel that are expanded and filtered at once, in whole panels of any kernels: a multiple of 16, and no
  /// fewer than the widest panel has.
  static let invertedGroupFloats = 64
  /// A band of one group of wide pixels and of all filtered ones: with the input's rows a part of the second-level cache.
  static let invertedBandBytes = 512 << 10
  /// Strips of images that a thread takes at least, where there are as many bands.
  static let invertedStrips = 8

  // MARK: Winograd

  /// Transformed tiles and products of a job: they stay in the second-level cache.
  static let winogradTileBytes = 1 << 20
  /// But the weights, which are read once a job, must be used often where channels are many.
  static let winogradFewestTiles = 48
  /// Transformed tiles of a filter gradient's portion: they stay in the last-level cache.
  static let winogradPortionBytes = 12 << 20
}
