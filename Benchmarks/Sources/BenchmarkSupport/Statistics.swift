import Foundation

/// The middle of the values, or the mean of the two in the middle.
///
/// - Precondition: there is at least one.
public func median(_ values: [Double]) -> Double {
  let sorted = values.sorted()
  return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
}

/// The factor that, once for each value, gives their product.
///
/// - Precondition: there is at least one value and all are above 0.
public func geometricMean(_ values: [Double]) -> Double {
  exp(values.reduce(0) { $0 + log($1) } / Double(values.count))
}

/// Seconds that `work` takes.
public func seconds<Failure: Error>(_ work: () throws(Failure) -> Void) throws(Failure) -> Double {
  let start = ContinuousClock.now
  try work()
  return start.duration(to: .now) / .seconds(1)
}
