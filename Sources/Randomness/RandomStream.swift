/// What a stream of random numbers is for; each purpose is independent of every other.
public enum RandomPurpose: UInt32, Sendable, CaseIterable {
  case initialization = 1
  case widths
  case sharing
  case epochOrder
  case augmentation
  case validationSplit
  case calibration
  case search
  case testing
  case resampling
  case costPrior
}

/// A stream of random numbers that any rank can recreate at any step.
///
/// Every number is a function of (seed, purpose, step, index) and its place in the stream: Philox4x32-10
/// (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011) with the seed as key and the rest
/// as counter. No state is ever saved: a resumed run asks for the same stream again.
public struct RandomStream: RandomNumberGenerator, Sendable {
  private let key: (UInt32, UInt32)
  private let purpose: UInt32
  private let step: UInt32
  private let index: UInt32
  private var block: UInt32 = 0
  private var pending: UInt64 = 0
  private var hasPending = false

  /// The stream of one purpose at one step and index.
  ///
  /// - Parameters:
  ///   - seed: the run's seed.
  ///   - purpose: keeps streams of different uses apart.
  ///   - step: an optimiser step, epoch or generation, below 2^32.
  ///   - index: a sample, layer or candidate inside the step, below 2^32.
  public init(seed: UInt64, purpose: RandomPurpose, step: Int = 0, index: Int = 0) {
    key = (UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
    self.purpose = purpose.rawValue
    self.step = UInt32(step)
    self.index = UInt32(index)
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    if hasPending {
      hasPending = false
      return pending
    }
    let words = philox4x32(counter: (block, index, step, purpose), key: key)
    block += 1
    pending = UInt64(words.2) | UInt64(words.3) << 32
    hasPending = true
    return UInt64(words.0) | UInt64(words.1) << 32
  }

  /// A uniform integer in `0..<bound`, without modulo bias (Lemire 2019).
  public mutating func integer(below bound: Int) -> Int {
    Int(next(upperBound: UInt64(bound)))
  }

  /// A uniform integer of a range.
  public mutating func integer(in range: ClosedRange<Int>) -> Int {
    range.lowerBound + integer(below: range.count)
  }

  /// A uniform number in [0, 1) with 24 random bits.
  public mutating func uniform() -> Float {
    Float(next() >> 40) * 0x1p-24
  }

  /// A number from the normal distribution with mean 0 and standard deviation 1 (Box and Muller 1958).
  public mutating func normal() -> Float {
    let radius = (-2 * logarithm(1 - Double(next() >> 11) * 0x1p-53)).squareRoot()
    let angle = 2 * Double.pi * (Double(next() >> 11) * 0x1p-53)
    return Float(radius * cosine(angle))
  }

  /// A uniformly random order of `0..<count` (Fisher and Yates).
  public mutating func permutation(of count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) {
      order.swapAt(last, integer(below: last + 1))
    }
    return order
  }
}

/// Ten rounds of Philox4x32; the constants are the paper's.
package func philox4x32(
  counter: (UInt32, UInt32, UInt32, UInt32), key: (UInt32, UInt32)
) -> (UInt32, UInt32, UInt32, UInt32) {
  var (c0, c1, c2, c3) = counter
  var (k0, k1) = key
  for _ in 0..<10 {
    let first = UInt64(c0) * 0xD251_1F53
    let second = UInt64(c2) * 0xCD9E_8D57
    (c0, c1, c2, c3) = (
      UInt32(truncatingIfNeeded: second >> 32) ^ c1 ^ k0, UInt32(truncatingIfNeeded: second),
      UInt32(truncatingIfNeeded: first >> 32) ^ c3 ^ k1, UInt32(truncatingIfNeeded: first)
    )
    k0 &+= 0x9E37_79B9
    k1 &+= 0xBB67_AE85
  }
  return (c0, c1, c2, c3)
}
