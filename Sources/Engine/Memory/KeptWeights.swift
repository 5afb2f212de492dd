/// The weights of a layer as its forward pass reads them, kept from one batch to the next.
///
/// The first pass packs them. They serve any pass of the same layer with the same weights and the same slices, until they are
/// forgotten.
public final class KeptWeights {
  private var memory = AlignedStorage<Float>(count: 0)
  /// How many floats hold something.
  private var kept: Int?

  /// Nothing yet.
  public init() {}

  /// Lets the next pass pack anew; the memory stays.
  public func forget() { kept = nil }

  /// What is kept, or what `pack` makes of so many floats.
  fileprivate func floats(
    _ count: Int, _ pack: (UnsafeMutablePointer<Float>) -> Void
  ) -> UnsafePointer<Float> {
    if kept != count {
      if memory.count < count {
        // Freed before the larger one is made.
        memory = AlignedStorage(count: 0)
        memory = AlignedStorage(count: count)
      }
      pack(memory.pointer)
      kept = count
    }
    return UnsafePointer(memory.pointer)
  }
}

extension EngineContext {
  /// Weights that were kept, or packed ones: kept from now on, or in scratch memory where nobody keeps them.
  func packed(
    _ count: Int, _ use: Scratch, keptIn kept: KeptWeights?,
    _ pack: (UnsafeMutablePointer<Float>) -> Void
  ) -> UnsafePointer<Float> {
    if let kept { return kept.floats(count, pack) }
    let memory = scratch(use, count)
    pack(memory)
    return UnsafePointer(memory)
  }
}
