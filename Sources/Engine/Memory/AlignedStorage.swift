import Glibc

/// Bytes of a huge page.
let hugePage = 1 << 21

/// A block of memory for numbers, aligned to cache lines and zero at first; it frees itself.
///
/// Engine code takes its pointer; everybody else goes through the two closures. Whoever shares one between
/// threads sees to it that they write disjoint ranges.
public final class AlignedStorage<Element: BitwiseCopyable>: @unchecked Sendable {
  /// How many elements it holds.
  public let count: Int
  package let pointer: UnsafeMutablePointer<Element>

  /// - Parameter count: elements, all zero bytes at first.
  public init(count: Int) {
    self.count = count
    let bytes = max(1, count) * MemoryLayout<Element>.stride
    let alignment = bytes >= hugePage ? hugePage : 64
    let memory = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: alignment)
    // Large blocks are walked with long strides: huge pages spare most of the address translation.
    if bytes >= hugePage { madvise(memory, bytes, MADV_HUGEPAGE) }
    memset(memory, 0, bytes)
    pointer = memory.bindMemory(to: Element.self, capacity: max(1, count))
  }

  deinit {
    pointer.deallocate()
  }

  /// Reads the elements.
  public func withElements<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Element>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeBufferPointer(start: pointer, count: count))
  }

  /// Writes the elements.
  public func withMutableElements<Result, Failure: Error>(
    _ body: (UnsafeMutableBufferPointer<Element>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeMutableBufferPointer(start: pointer, count: count))
  }
}
