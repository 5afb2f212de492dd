/// The sandwich rule (Yu and Huang, "Universally Slimmable Networks", ICCV 2019, section 3.2): every step trains the
/// widest network, some random ones and the narrowest.
///
/// With distillation only the widest sees the labels, and teaches the others. AutoSlim's supernet is this rule over
/// widths drawn layer by layer; with one multiplier for all layers it is a universally slimmable network's, and a slimmable
/// one's where a step trains all multipliers.
public struct SandwichSampler: WidthSampling {
  private let space: SearchSpace
  private let sampler: WidthSampler
  private let count: Int
  private let distills: Bool

  /// - Parameters:
  ///   - count: networks of a step, the widest and the narrowest included; at least 2.
  ///   - distills: whether the widest teaches the others.
  public init(
    space: SearchSpace, layers: WidthSampler.Layers = .apart, seed: UInt64, count: Int,
    distills: Bool
  ) {
    precondition(count >= 2, "the widest and the narrowest network at least")
    self.space = space
    self.count = count
    sampler = WidthSampler(space: space, layers: layers, seed: seed)
    self.distills = distills
  }

  /// The widest network, random ones and the narrowest.
  public func passes(at step: Int) -> [SampledPass] {
    .sandwich(in: space, of: sampler.between(count - 2, at: step).map { [$0] }, distills: distills)
  }
}
