/// Places buffers of known lifetimes in one block, so that memory is reused without an allocator at run time.
///
/// First fit over the free ranges, in the order of the calls: the same calls give the same places.
public struct MemoryPlan {
  /// A place in the block, in floats.
  public struct Place: Hashable, Sendable {
    package let start, count: Int
  }

  private var free: [Range<Int>] = []
  /// Floats that the block must hold.
  public private(set) var size = 0

  /// An empty plan.
  public init() {}

  /// Reserves `count` floats, cache-line aligned.
  public mutating func reserve(_ count: Int) -> Place {
    let needed = roundedUp(max(1, count), to: 16)
    if let index = free.firstIndex(where: { $0.count >= needed }) {
      let start = free[index].lowerBound
      if free[index].count == needed {
        free.remove(at: index)
      } else {
        free[index] = start + needed..<free[index].upperBound
      }
      return Place(start: start, count: needed)
    }
    // The last free range may be grown instead of starting behind it.
    if let last = free.last, last.upperBound == size {
      free.removeLast()
      size = last.lowerBound + needed
      return Place(start: last.lowerBound, count: needed)
    }
    size += needed
    return Place(start: size - needed, count: needed)
  }

  /// Gives a place back; later reservations may use it.
  public mutating func release(_ place: Place) {
    var range = place.start..<place.start + place.count
    let index = free.firstIndex { $0.lowerBound >= range.upperBound } ?? free.count
    if index < free.count, free[index].lowerBound == range.upperBound {
      range = range.lowerBound..<free[index].upperBound
      free.remove(at: index)
    }
    if index > 0, free[index - 1].upperBound == range.lowerBound {
      free[index - 1] = free[index - 1].lowerBound..<range.upperBound
    } else {
      free.insert(range, at: index)
    }
  }
}
