// The transforms of Winograd's F(4x4, 3x3) (Lavin and Gray, CVPR 2016, section 4.1, with the points
// 0, 1, -1, 2, -2 and infinity). A vector register holds neighbouring channels of one pixel, so a transform
// of a tile is plain arithmetic on registers. Each first transforms the columns into a small array on the
// stack, then the rows: 36 values are more than there are registers.

/// The sides of the patch that a transform reads.
private typealias Six = InlineArray<6, Vector>
private typealias Four = InlineArray<4, Vector>
private typealias Three = InlineArray<3, Vector>

/// The transpose of B times a column: six inputs to six.
@inline(always)
private func inputTransform(_ d: Six) -> Six {
  let four = Vector(repeating: 4)
  let five = Vector(repeating: 5)
  let two = Vector(repeating: 2)
  let even = multiplyAdd(d[4], -four, d[2])
  let odd = multiplyAdd(d[3], -four, d[1])
  let inner = d[4] - d[2]
  let outer = two * (d[3] - d[1])
  return [
    multiplyAdd(multiplyAdd(d[4], -five, d[2]), four, d[0]), even + odd, even - odd, inner + outer,
    inner - outer, multiplyAdd(multiplyAdd(d[5], -five, d[3]), four, d[1]),
  ]
}

/// The transpose of A times a column: six products to four outputs.
@inline(always)
private func outputTransform(_ m: Six) -> Four {
  let sum = m[1] + m[2]
  let difference = m[1] - m[2]
  let farSum = m[3] + m[4]
  let farDifference = m[3] - m[4]
  return [
    m[0] + sum + farSum, multiplyAdd(difference, Vector(repeating: 2), farDifference),
    multiplyAdd(sum, Vector(repeating: 4), farSum),
    multiplyAdd(difference, Vector(repeating: 8), farDifference) + m[5],
  ]
}

/// A times a column: the adjoint of the output transform, four gradients to six.
@inline(always)
private func gradientTransform(_ y: Four) -> Six {
  let four = Vector(repeating: 4)
  let even = y[0] + y[2]
  let odd = y[1] + y[3]
  let farEven = multiplyAdd(y[0], four, y[2])
  let farOdd = Vector(repeating: 2) * multiplyAdd(y[1], four, y[3])
  return [y[0], even + odd, even - odd, farEven + farOdd, farEven - farOdd, y[3]]
}

/// G times a column: three weights to six.
@inline(always)
private func weightTransform(_ g: Three) -> Six {
  let sixth = Vector(repeating: -1 / 6)
  let even = g[0] + g[2]
  let farEven = multiplyAdd(g[0] * Vector(repeating: 1 / 24), Vector(repeating: 1 / 6), g[2])
  let farOdd = g[1] * Vector(repeating: 1 / 12)
  return [
    g[0] * Vector(repeating: 1 / 4), (even + g[1]) * sixth, (even - g[1]) * sixth,
    farEven + farOdd, farEven - farOdd, g[2],
  ]
}

/// The transpose of G times a column: the adjoint of the weight transform, six gradients to three.
@inline(always)
private func weightGradientTransform(_ u: Six) -> Three {
  let near = (u[1] + u[2]) * Vector(repeating: -1 / 6)
  let far = u[3] + u[4]
  return [
    multiplyAdd(near, Vector(repeating: 1 / 24), far)
      + u[0] * Vector(repeating: 1 / 4),
    multiplyAdd(
      (u[2] - u[1]) * Vector(repeating: 1 / 6), Vector(repeating: 1 / 12), u[3] - u[4]),
    multiplyAdd(near, Vector(repeating: 1 / 6), far) + u[5],
  ]
}

/// Transforms the 6 x 6 pixels of some tiles in a row of tiles; neighbouring tiles overlap by two pixels.
///
/// - Parameters:
///   - source: the first tile's first pixel; `pixelStride` floats from pixel to pixel, `rowStride` from row
///     to row.
///   - channels: floats of a pixel to transform, a multiple of the lanes.
///   - target: where position 0 of the first tile goes; `positionStride` floats from one of the 36 positions
///     to the next, `tileStride` from tile to tile.
public func winogradInput(
  _ source: UnsafePointer<Float>, rowStride: Int, pixelStride: Int, tiles: Int, channels: Int,
  _ target: UnsafeMutablePointer<Float>, positionStride: Int, tileStride: Int
) {
  for tile in 0..<tiles {
    var channel = 0
    while channel < channels {
      let patch = source + tile * 4 * pixelStride + channel
      let place = target + tile * tileStride + channel
      var columns = InlineArray<36, Vector> { _ in Vector(repeating: 0) }
      for j in 0..<6 {
        var d = Six { _ in Vector(repeating: 0) }
        for i in 0..<6 { d[i] = load(patch + i * rowStride + j * pixelStride) }
        let t = inputTransform(d)
        for i in 0..<6 { columns[i * 6 + j] = t[i] }
      }
      for i in 0..<6 {
        var row = Six { _ in Vector(repeating: 0) }
        for j in 0..<6 { row[j] = columns[i * 6 + j] }
        let t = inputTransform(row)
        for j in 0..<6 { store(t[j], place + (i * 6 + j) * positionStride) }
      }
      channel += Vector.scalarCount
    }
  }
}

/// Transforms the 36 products of some tiles in a row of tiles back to pixels, normalised and activated.
///
/// - Parameters:
///   - source: position 0 of the first tile.
///   - scale, shift: of each channel; where there are none, pixels are stored as they are.
///   - activation: what follows them; see `activate`.
///   - rows: how many of a tile's four rows lie inside the image.
///   - columns: how many columns of pixels the tiles have together; the last tile may stick out.
///   - target: the first pixel.
public func winogradOutput(
  _ source: UnsafePointer<Float>, positionStride: Int, tileStride: Int, tiles: Int, channels: Int,
  scale: UnsafePointer<Float>?, shift: UnsafePointer<Float>?, activation: Int, rows: Int,
  columns: Int, _ target: UnsafeMutablePointer<Float>, rowStride: Int, pixelStride: Int
) {
  if let scale, let shift {
    winogradOutput(
      NormalizingEpilogue(scale, shift, activation: activation), source, positionStride, tileStride,
      tiles, channels, rows, columns, target, rowStride, pixelStride)
  } else {
    winogradOutput(
      PlainEpilogue(), source, positionStride, tileStride, tiles, channels, rows, columns, target,
      rowStride, pixelStride)
  }
}

@inline(always)
private func winogradOutput(
  _ epilogue: some Epilogue, _ source: UnsafePointer<Float>, _ positionStride: Int,
  _ tileStride: Int, _ tiles: Int, _ channels: Int, _ rows: Int, _ columns: Int,
  _ target: UnsafeMutablePointer<Float>, _ rowStride: Int, _ pixelStride: Int
) {
  for tile in 0..<tiles {
    let width = min(4, columns - tile * 4)
    var channel = 0
    while channel < channels {
      let place = source + tile * tileStride + channel
      let pixel = target + tile * 4 * pixelStride + channel
      var halves = InlineArray<24, Vector> { _ in Vector(repeating: 0) }
      for j in 0..<6 {
        var m = Six { _ in Vector(repeating: 0) }
        for i in 0..<6 { m[i] = load(place + (i * 6 + j) * positionStride) }
        let t = outputTransform(m)
        for i in 0..<4 { halves[i * 6 + j] = t[i] }
      }
      let constants = epilogue.constants(channel)
      for i in 0..<rows {
        var row = Six { _ in Vector(repeating: 0) }
        for j in 0..<6 { row[j] = halves[i * 6 + j] }
        var t = outputTransform(row)
        for j in 0..<4 { t[j] = epilogue.finish(t[j], constants) }
        let line = pixel + i * rowStride
        if width == 4 {
          for j in 0..<4 { store(t[j], line + j * pixelStride) }
        } else {
          for j in 0..<width { store(t[j], line + j * pixelStride) }
        }
      }
      channel += Vector.scalarCount
    }
  }
}

/// Transforms the gradients of the 4 x 4 pixels of some tiles in a row of tiles; pixels outside count as zero.
public func winogradGradient(
  _ source: UnsafePointer<Float>, rowStride: Int, pixelStride: Int, rows: Int, columns: Int,
  tiles: Int, channels: Int, _ target: UnsafeMutablePointer<Float>, positionStride: Int,
  tileStride: Int
) {
  for tile in 0..<tiles {
    let width = min(4, columns - tile * 4)
    var channel = 0
    while channel < channels {
      let patch = source + tile * 4 * pixelStride + channel
      let place = target + tile * tileStride + channel
      var halves = InlineArray<24, Vector> { _ in Vector(repeating: 0) }
      for j in 0..<width {
        var y = Four { _ in Vector(repeating: 0) }
        for i in 0..<4 where i < rows { y[i] = load(patch + i * rowStride + j * pixelStride) }
        let t = gradientTransform(y)
        for i in 0..<6 { halves[i * 4 + j] = t[i] }
      }
      for i in 0..<6 {
        var row = Four { _ in Vector(repeating: 0) }
        for j in 0..<4 { row[j] = halves[i * 4 + j] }
        let t = gradientTransform(row)
        for j in 0..<6 { store(t[j], place + (i * 6 + j) * positionStride) }
      }
      channel += Vector.scalarCount
    }
  }
}

/// Transforms 3 x 3 weights, `count` of them side by side, a multiple of the lanes.
///
/// - Parameters:
///   - source: the first tap; `tapStride` floats from tap to tap.
///   - reversed: whether the window is turned by 180 degrees, as backward-data needs it.
///   - target: position 0; `positionStride` floats from one of the 36 positions to the next.
public func winogradWeights(
  _ source: UnsafePointer<Float>, tapStride: Int, reversed: Bool, count: Int,
  _ target: UnsafeMutablePointer<Float>, positionStride: Int
) {
  var place = 0
  while place < count {
    var columns = InlineArray<18, Vector> { _ in Vector(repeating: 0) }
    for j in 0..<3 {
      var g = Three { _ in Vector(repeating: 0) }
      for i in 0..<3 {
        let tap = reversed ? 8 - (i * 3 + j) : i * 3 + j
        g[i] = load(source + tap * tapStride + place)
      }
      let t = weightTransform(g)
      for i in 0..<6 { columns[i * 3 + j] = t[i] }
    }
    for i in 0..<6 {
      let t = weightTransform([columns[i * 3], columns[i * 3 + 1], columns[i * 3 + 2]])
      for j in 0..<6 { store(t[j], target + (i * 6 + j) * positionStride + place) }
    }
    place += Vector.scalarCount
  }
}

/// Transforms the gradients of 36 positions back to those of 3 x 3 weights, `count` of them side by side.
///
/// - Parameters:
///   - source: position 0; `positionStride` floats from position to position.
///   - target: the first tap; `tapStride` floats from tap to tap.
public func winogradWeightGradient(
  _ source: UnsafePointer<Float>, positionStride: Int, count: Int,
  _ target: UnsafeMutablePointer<Float>, tapStride: Int
) {
  var place = 0
  while place < count {
    var halves = InlineArray<18, Vector> { _ in Vector(repeating: 0) }
    for j in 0..<6 {
      var u = Six { _ in Vector(repeating: 0) }
      for i in 0..<6 { u[i] = load(source + (i * 6 + j) * positionStride + place) }
      let t = weightGradientTransform(u)
      for i in 0..<3 { halves[i * 6 + j] = t[i] }
    }
    for i in 0..<3 {
      var row = Six { _ in Vector(repeating: 0) }
      for j in 0..<6 { row[j] = halves[i * 6 + j] }
      let t = weightGradientTransform(row)
      for j in 0..<3 { store(t[j], target + (i * 3 + j) * tapStride + place) }
    }
    place += Vector.scalarCount
  }
}
