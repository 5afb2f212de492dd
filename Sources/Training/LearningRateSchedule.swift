import Glibc

/// How the learning rate changes over a training, as a pure function of the step.
public struct LearningRateSchedule: Hashable, Sendable {
  /// The curve after the warm-up.
  public enum Curve: Hashable, Sendable {
    /// Half a cosine from the peak to `final` (Loshchilov and Hutter 2017, without restarts).
    case cosine(final: Double)
    /// A straight line from the peak to `final`.
    case linear(final: Double)
    /// Constant, times `factor` at each milestone (in steps).
    case step(milestones: [Int], factor: Double)
  }

  /// The highest rate, reached after the warm-up.
  public let peak: Double
  /// Steps over which the rate rises in a straight line, the first of them already above zero.
  public let warmupSteps: Int
  /// Steps of the whole training.
  public let totalSteps: Int
  /// What follows the warm-up.
  public let curve: Curve

  /// A schedule for `totalSteps` steps, `warmupSteps` of them rising.
  public init(peak: Double, warmupSteps: Int, totalSteps: Int, curve: Curve) {
    precondition(totalSteps > 0 && (0...totalSteps).contains(warmupSteps), "the warm-up fits")
    self.peak = peak
    self.warmupSteps = warmupSteps
    self.totalSteps = totalSteps
    self.curve = curve
  }

  /// The rate of a step counted from 0.
  public func rate(at step: Int) -> Double {
    if step < warmupSteps { return peak * Double(step + 1) / Double(warmupSteps) }
    let progress = Double(step - warmupSteps) / Double(max(1, totalSteps - warmupSteps))
    switch curve {
    case .cosine(let final):
      return final + (peak - final) * 0.5 * (1 + cos(Double.pi * progress))
    case .linear(let final):
      return peak + (final - peak) * progress
    case .step(let milestones, let factor):
      return milestones.reduce(peak) { rate, milestone in
        step >= milestone ? rate * factor : rate
      }
    }
  }
}
