import Randomness

/// The order in which an epoch visits the images: a new permutation each, known to every rank.
public struct EpochOrder: Sendable {
  /// The run's seed.
  public let seed: UInt64
  /// How many images an epoch chooses from.
  public let count: Int

  /// Orders of `0..<count`.
  public init(seed: UInt64, count: Int) {
    self.seed = seed
    self.count = count
  }

  /// The image at each position of one epoch.
  public func permutation(epoch: Int) -> [Int] {
    var stream = RandomStream(seed: seed, purpose: .epochOrder, step: epoch)
    return stream.permutation(of: count)
  }
}
