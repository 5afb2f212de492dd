import Engine

extension FusedActivation {
  /// The function itself.
  public func callAsFunction(_ x: Double) -> Double {
    switch self {
    case .none: x
    case .relu: max(x, 0)
    case .relu6: min(max(x, 0), 6)
    }
  }

  /// Its derivative, 0 at the corners.
  public func slope(at x: Double) -> Double {
    switch self {
    case .none: 1
    case .relu: x > 0 ? 1 : 0
    case .relu6: x > 0 && x < 6 ? 1 : 0
    }
  }

  /// How far `x` is from where the slope jumps.
  public func distanceToCorner(_ x: Double) -> Double {
    switch self {
    case .none: .infinity
    case .relu: abs(x)
    case .relu6: min(abs(x), abs(x - 6))
    }
  }
}
