// Forward convolution and its backward-data are one product: output pixel m is the sum, over the taps that
// fall inside the image, of an input pixel's channels times a panel of weights. Irregularity lives in the
// lists of pixels and taps; this kernel sees dense rows only.

// A full tile has 24 accumulators in 32 registers, 12 in 16; with more the compiler stops unrolling and keeps them in
// memory. Of the shapes that fit, 6 x 4 and 8 x 3 need fewer instructions a multiplication than 12 x 2, which counts where
// two multiplications a cycle leave little room for others, and most where another thread shares the core.
#if KERNELS_V4
  /// Vectors of a weight panel at most.
  public let panelVectors = 4
#else
  /// Vectors of a weight panel at most.
  public let panelVectors = 2
#endif

/// Pixels of a full tile whose panel is one or two vectors wide.
@inline(always)
private var narrowRows: Int {
  #if KERNELS_V4
    12
  #else
    6
  #endif
}

/// Channels of the depth that are taken at once.
#if KERNELS_V3
  // Of so few turns the processor predicts the last.
  private let depthStep = 4
#else
  // With 512-bit vectors the compiler makes shuffles of four.
  private let depthStep = 1
#endif

/// Multiplies listed pixels by one weight panel and stores the sums, normalised and activated.
///
/// `output[m] = activation(scale * sum over t, k of input[pixel m + tap t][k] * panel[t][k] + shift)`, summed in the order of t,
/// then k, for every pixel alike: a pixel's bits do not depend on its neighbours in the list.
///
/// - Parameters:
///   - input: rows of `inputStride` floats, one a pixel.
///   - inputPixels, outputPixels: `count` pixel numbers each.
///   - tapOffsets: pixels to add to an input pixel, one for each of `taps`; at least one.
///   - tapPanels: which tap's weights to use; the panel holds [tap][depth][vectors * lanes].
///   - vectors: the width of the panel, `panelVectors` at most; always two where a vector is narrower than 16 floats.
///   - scale, shift: of each of the panel's columns; where there are none, sums are stored as they are.
///   - activation: what follows them; see `activate`.
///   - ahead: memory that is wanted next; it is asked for step by step of the depth, by all tiles but the last few.
///   - aheadFloats: how much of it.
public func multiplyGathered(
  input: UnsafePointer<Float>, inputStride: Int, inputPixels: UnsafePointer<Int32>,
  tapOffsets: UnsafePointer<Int32>, tapPanels: UnsafePointer<Int32>, taps: Int, depth: Int,
  panel: UnsafePointer<Float>, vectors: Int, scale: UnsafePointer<Float>?,
  shift: UnsafePointer<Float>?, activation: Int,
  output: UnsafeMutablePointer<Float>, outputStride: Int, outputPixels: UnsafePointer<Int32>,
  count: Int, ahead: UnsafePointer<Float>, aheadFloats: Int
) {
  var epilogue: NormalizingEpilogue?
  if let scale, let shift {
    epilogue = NormalizingEpilogue(scale, shift, activation: activation)
  }
  let product = GatheredProduct(
    input: input, inputStride: inputStride, inputPixels: inputPixels, tapOffsets: tapOffsets,
    tapPanels: tapPanels, taps: taps, depth: depth, panel: panel, epilogue: epilogue,
    output: output, outputStride: outputStride,
    outputPixels: outputPixels, count: count, ahead: ahead, aheadFloats: aheadFloats)
  switch vectors {
  #if KERNELS_V4
    case 4: product.multiplyPanelOfFour()
    case 3: product.multiplyPanelOfThree()
    case 1: product.multiplyPanelOfOne()
  #endif
  default: product.multiplyPanelOfTwo()
  }
}

/// The arguments of a product.
struct GatheredProduct {
  let input: UnsafePointer<Float>
  let inputStride: Int
  let inputPixels, tapOffsets, tapPanels: UnsafePointer<Int32>
  let taps, depth: Int
  let panel: UnsafePointer<Float>
  /// What becomes of the sums; where there is none, they are stored as they are.
  let epilogue: NormalizingEpilogue?
  let output: UnsafeMutablePointer<Float>
  let outputStride: Int
  let outputPixels: UnsafePointer<Int32>
  let count: Int
  let ahead: UnsafePointer<Float>
  let aheadFloats: Int

  // A function for each width of a panel, and one tile for both ends of a sum: in larger functions the compiler stops inlining
  // what a tile does. They are not private, or they would be weak symbols.

  #if KERNELS_V4
    @inline(never)
    func multiplyPanelOfFour() {
      var tiles = Tiles(of: 6, by: 4, self)
      while let rows = tiles.next() {
        switch rows {
        case 1: Tile<1, 4>().multiply(self, tiles)
        case 2: Tile<2, 8>().multiply(self, tiles)
        case 3: Tile<3, 12>().multiply(self, tiles)
        case 4: Tile<4, 16>().multiply(self, tiles)
        case 5: Tile<5, 20>().multiply(self, tiles)
        default: Tile<6, 24>().multiply(self, tiles)
        }
      }
    }

    @inline(never)
    func multiplyPanelOfThree() {
      var tiles = Tiles(of: 8, by: 3, self)
      while let rows = tiles.next() {
        switch rows {
        case 1: Tile<1, 3>().multiply(self, tiles)
        case 2: Tile<2, 6>().multiply(self, tiles)
        case 3: Tile<3, 9>().multiply(self, tiles)
        case 4: Tile<4, 12>().multiply(self, tiles)
        case 5: Tile<5, 15>().multiply(self, tiles)
        case 6: Tile<6, 18>().multiply(self, tiles)
        case 7: Tile<7, 21>().multiply(self, tiles)
        default: Tile<8, 24>().multiply(self, tiles)
        }
      }
    }
  #endif

  @inline(never)
  func multiplyPanelOfTwo() {
    var tiles = Tiles(of: narrowRows, by: 2, self)
    while let rows = tiles.next() {
      switch rows {
      case 1: Tile<1, 2>().multiply(self, tiles)
      case 2: Tile<2, 4>().multiply(self, tiles)
      case 3: Tile<3, 6>().multiply(self, tiles)
      case 4: Tile<4, 8>().multiply(self, tiles)
      case 5: Tile<5, 10>().multiply(self, tiles)
      #if KERNELS_V4
        case 6: Tile<6, 12>().multiply(self, tiles)
        case 7: Tile<7, 14>().multiply(self, tiles)
        case 8: Tile<8, 16>().multiply(self, tiles)
        case 9: Tile<9, 18>().multiply(self, tiles)
        case 10: Tile<10, 20>().multiply(self, tiles)
        case 11: Tile<11, 22>().multiply(self, tiles)
        default: Tile<12, 24>().multiply(self, tiles)
      #else
        default: Tile<6, 12>().multiply(self, tiles)
      #endif
      }
    }
  }

  #if KERNELS_V4
    @inline(never)
    func multiplyPanelOfOne() {
      var tiles = Tiles(of: narrowRows, by: 1, self)
      while let rows = tiles.next() {
        switch rows {
        case 1: Tile<1, 1>().multiply(self, tiles)
        case 2: Tile<2, 2>().multiply(self, tiles)
        case 3: Tile<3, 3>().multiply(self, tiles)
        case 4: Tile<4, 4>().multiply(self, tiles)
        case 5: Tile<5, 5>().multiply(self, tiles)
        case 6: Tile<6, 6>().multiply(self, tiles)
        case 7: Tile<7, 7>().multiply(self, tiles)
        case 8: Tile<8, 8>().multiply(self, tiles)
        case 9: Tile<9, 9>().multiply(self, tiles)
        case 10: Tile<10, 10>().multiply(self, tiles)
        case 11: Tile<11, 11>().multiply(self, tiles)
        default: Tile<12, 12>().multiply(self, tiles)
        }
      }
    }
  #endif
}

/// The pixels of a product, tile by tile.
///
/// Tiles are of nearly equal height: a full one and a rest of one pixel would waste most of the second.
///
/// The last tiles ask for the panel that lies behind this one and is mostly the next. Where a layer's weights fill more than
/// the near caches, the first tile of that panel would wait for every line.
private struct Tiles {
  /// The pixels of the tile under way.
  private(set) var source, target: UnsafePointer<Int32>
  /// What the tile asks for.
  private(set) var ahead: AheadLines
  private var rows = 0
  /// Tiles that are left, the pixels of the lower ones, and how many are one pixel higher.
  private var tiles: Int
  private let height: Int
  private var higher: Int
  private let turns: Int
  /// What the last tiles ask for, and how many they are: enough for the whole panel, but no more than half.
  private let following: AheadLines
  private let followingTiles: Int

  /// Tiles of so many rows at most, for a panel of so many vectors.
  @inline(always)
  init(of fullRows: Int, by vectors: Int, _ product: GatheredProduct) {
    (source, target) = (product.inputPixels, product.outputPixels)
    tiles = (product.count + fullRows - 1) / fullRows
    height = product.count / max(1, tiles)
    higher = product.count - height * tiles
    turns = product.taps * (product.depth / depthStep)
    let width = vectors * Vector.scalarCount
    following = AheadLines(from: product.panel + product.taps * product.depth * width)
    followingTiles = min(tiles / 2, max(1, depthStep * width / floatsOfLine))
    ahead = AheadLines(
      product.ahead, floats: product.aheadFloats, turns: (tiles - followingTiles) * turns)
  }

  /// The rows of the next tile.
  @inline(always)
  mutating func next() -> Int? {
    if tiles == followingTiles {
      ahead = following
    } else if rows > 0 {
      ahead.skip(turns)
    }
    source += rows
    target += rows
    guard tiles > 0 else { return nil }
    rows = higher > 0 ? height + 1 : height
    higher -= 1
    tiles -= 1
    return rows
  }
}

/// `rows` pixels by `accumulators / rows` vectors, held in registers through all taps.
private struct Tile<let rows: Int, let accumulators: Int> {
  @inline(always)
  func multiply(_ product: GatheredProduct, _ place: Tiles) {
    let vectors = accumulators / rows
    let inputStride = product.inputStride
    let depth = product.depth
    var sums = InlineArray<accumulators, Vector> { _ in Vector(repeating: 0) }
    // Made once a tile: the compiler would make them again for every tap, with two multiplications each.
    let pixels = InlineArray<rows, UnsafePointer<Float>> { m in
      opaque(product.input + Int(place.source[m]) * inputStride)
    }
    var ahead = place.ahead
    var tap = 0
    repeat {
      var k = Int(product.tapOffsets[tap]) * inputStride
      var weights =
        product.panel + Int(product.tapPanels[tap]) * depth * vectors * Vector.scalarCount
      @inline(always)
      func step(_ u: Int) {
        let row = weights + u * vectors * Vector.scalarCount
        for m in 0..<rows {
          let value = Vector(repeating: pixels[m][k + u])
          for v in 0..<vectors {
            sums[m * vectors + v] = multiplyAdd(
              sums[m * vectors + v], value, load(row + v * Vector.scalarCount))
          }
        }
      }
      var turns = depth / depthStep
      while turns > 0 {
        ahead.ask()
        step(0)
        #if KERNELS_V3
          step(1)
          step(2)
          step(3)
        #endif
        weights += depthStep * vectors * Vector.scalarCount
        k += depthStep
        turns -= 1
      }
      #if KERNELS_V3
        var rest = depth % depthStep
        while rest > 0 {
          step(0)
          weights += vectors * Vector.scalarCount
          k += 1
          rest -= 1
        }
      #endif
      tap += 1
    } while tap < product.taps
    if let epilogue = product.epilogue {
      for v in 0..<vectors {
        let constants = epilogue.constants(v * Vector.scalarCount)
        for m in 0..<rows {
          sums[m * vectors + v] = epilogue.finish(sums[m * vectors + v], constants)
        }
      }
    }
    for m in 0..<rows {
      let row = product.output + Int(place.target[m]) * product.outputStride
      for v in 0..<vectors { store(sums[m * vectors + v], row + v * Vector.scalarCount) }
    }
  }
}
