/// Trains the full network alone at every n-th step, and goes on with another rule in between.
///
/// BCNet's first code does so with n = 2 or 3; an anchor for wide networks, which random widths seldom reach.
public struct InterleavedSampler: WidthSampling {
  private let space: SearchSpace
  private let base: any WidthSampling
  private let interval: Int

  /// - Parameter interval: the full network is trained once in so many steps; at least 2.
  public init(space: SearchSpace, base: any WidthSampling, fullNetworkEvery interval: Int) {
    precondition(interval >= 2, "other steps lie between")
    self.space = space
    self.base = base
    self.interval = interval
  }

  /// The full network, or the other rule's next step.
  public func passes(at step: Int) -> [SampledPass] { passes(at: step, knowing: nil) }

  /// The full network, or the other rule's next step.
  public func passes(at step: Int, knowing records: LossRecords?) -> [SampledPass] {
    let (round, turn) = step.quotientAndRemainder(dividingBy: interval)
    return turn == interval - 1
      ? [SampledPass([space.fullWidths], isRecorded: false)]
      : base.passes(at: round * (interval - 1) + turn, knowing: records)
  }
}
