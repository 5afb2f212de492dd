/// The weights of a layer as its forward pass reads them, kept from one batch to the next.
///
/// The first pass packs them. They serve any pass of the same layer, slices, weights and kernels, until they are forgotten.
/// Panels and what Winograd's transform makes of them differ in size, so a pass that computes the layer the other way packs
/// anew.
public final class KeptWeights {
  private var memory = AlignedStorage<Float>(count: 0)
  /// How many floats were packed.
  private var packedCount: Int?

  /// Nothing yet.
  public init() {}

  /// Lets the next pass pack anew; the memory stays.
  public func forget() { packedCount = nil }

  /// What is kept, or what `pack` makes of so many floats.
  fileprivate func floats(
    _ count: Int, _ pack: (UnsafeMutablePointer<Float>) -> Void
  ) -> UnsafePointer<Float> {
    if packedCount != count {
      if memory.count < count {
        // Freed before the larger one is made.
        memory = AlignedStorage(count: 0)
        memory = AlignedStorage(count: count)
      }
      pack(memory.pointer)
      packedCount = count
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
