/// An exact value and how far single precision may end up from it.
public struct Expected: Sendable {
  /// The value in double precision.
  public let value: Double
  /// The largest distance that rounding explains.
  public let tolerance: Double

  /// A value that has to be met within a tolerance.
  public init(_ value: Double, within tolerance: Double) {
    self.value = value
    self.tolerance = tolerance
  }
}

/// A sum that remembers how large its summands were.
///
/// A fused multiply-add rounds once for each summand, a plain one twice, each time by at most 2^-24 of a partial
/// sum, which the sum of magnitudes bounds. Roundings go either way, so over n summands they grow like the
/// square root of 2n (Higham and Mary, "A new approach to probabilistic rounding error analysis", 2019), and
/// partial sums of random terms stay far below the bound. Two units for each root of n is what the operators
/// declare: about 1e-7 times the square root of the summands, relative to the sum of their magnitudes.
public struct Sum: Sendable {
  /// The sum.
  public private(set) var value = 0.0
  /// The sum of magnitudes.
  public private(set) var magnitude = 0.0
  /// How many summands there were.
  public private(set) var summands = 0

  /// An empty sum.
  public init() {}

  /// Adds one summand.
  public mutating func add(_ summand: Double) {
    value += summand
    magnitude += abs(summand)
    summands += 1
  }

  /// The sum with the distance that single precision may have from it.
  public var expected: Expected {
    Expected(value, within: roundingTolerance(summands: summands, magnitude: magnitude))
  }
}

/// How far a sum of so many summands may be from its exact value in single precision; see `Sum`.
public func roundingTolerance(summands: Int, magnitude: Double) -> Double {
  2 * 0x1p-24 * Double(summands).squareRoot() * magnitude
}
