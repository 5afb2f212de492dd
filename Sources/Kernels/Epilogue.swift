/// What becomes of the sums of a product or a window before they are stored, vector of channels by vector.
///
/// Windows and Winograd's transform are compiled once for each. A tile of a product asks once, at its end: it has multiplied long
/// enough by then, and twice the tiles in a function would no longer be inlined.
protocol Epilogue {
  /// What it needs of the channels of one vector.
  associatedtype Constants

  /// Those of the channels from `first` on.
  func constants(_ first: Int) -> Constants

  /// What is stored of a sum.
  func finish(_ sum: Vector, _ constants: Constants) -> Vector
}

/// Sums are stored as they are.
struct PlainEpilogue: Epilogue {
  @inline(always)
  func constants(_ first: Int) {}

  @inline(always)
  func finish(_ sum: Vector, _ constants: Void) -> Vector { sum }
}

/// Sums are normalised and activated, with the bits that `scaleShiftActivate` makes of them.
struct NormalizingEpilogue: Epilogue {
  private let scale, shift: UnsafePointer<Float>
  private let lowest, highest: Float

  /// - Parameters:
  ///   - scale, shift: of each channel.
  ///   - activation: see `activate`.
  @inline(always)
  init(_ scale: UnsafePointer<Float>, _ shift: UnsafePointer<Float>, activation: Int) {
    self.scale = scale
    self.shift = shift
    lowest = activation == 0 ? -.infinity : 0
    highest = activation == 2 ? 6 : .infinity
  }

  @inline(always)
  func constants(_ first: Int) -> (scale: Vector, shift: Vector) {
    (load(scale + first), load(shift + first))
  }

  @inline(always)
  func finish(_ sum: Vector, _ constants: (scale: Vector, shift: Vector)) -> Vector {
    clamp(
      multiplyAdd(constants.shift, sum, constants.scale), Vector(repeating: lowest),
      Vector(repeating: highest))
  }
}
