/// Seconds of wall time, for reports only: no result depends on them.
public struct Stopwatch: Sendable {
  private var start = ContinuousClock.now

  /// Starts now.
  public init() {}

  /// Seconds since the start.
  public var seconds: Double { start.duration(to: .now) / .seconds(1) }

  /// Seconds since the start or the last lap; the next lap starts now.
  public mutating func lap() -> Double {
    let now = ContinuousClock.now
    defer { start = now }
    return start.duration(to: now) / .seconds(1)
  }
}
