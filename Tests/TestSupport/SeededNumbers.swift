import Randomness

/// Numbers in [-1, 1) that depend on the seed alone.
///
/// Long lists repeat after a prime number of elements, which no layer's size divides: drawing each number is
/// slow in a debug build and proves nothing more.
public func seededNumbers(_ count: Int, seed: Int) -> [Float] {
  let period = 4093
  var stream = RandomStream(seed: 2_024, purpose: .testing, step: seed)
  let drawn = (0..<min(count, period)).map { _ in 2 * stream.uniform() - 1 }
  var numbers: [Float] = []
  while numbers.count < count { numbers += drawn.prefix(count - numbers.count) }
  return numbers
}

/// Small whole numbers, so that equal neighbours are common.
public func seededWholeNumbers(_ count: Int, seed: Int) -> [Float] {
  seededNumbers(count, seed: seed).map { (2 * $0).rounded() }
}
