/// Floats that are written before they are read, kept from one step to the next.
final class ScratchFloats {
  private(set) var base: UnsafeMutablePointer<Float>
  private var capacity = 0

  init() {
    base = .allocate(capacity: 0)
  }

  deinit {
    base.deallocate()
  }

  /// Makes room for `count` floats; what was there is lost when it has to grow.
  func reserve(_ count: Int) {
    guard count > capacity else { return }
    base.deallocate()
    base = .allocate(capacity: count)
    capacity = count
  }

  func bytes(_ range: Range<Int>) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(UnsafeBufferPointer(start: base + range.lowerBound, count: range.count))
  }

  func mutableBytes(_ range: Range<Int>) -> UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(
      UnsafeMutableBufferPointer(start: base + range.lowerBound, count: range.count))
  }
}
