/// What every operator needs: kernels, threads, and scratch memory that lives from one call to the next.
///
/// One context serves one operator call at a time.
public final class EngineContext {
  /// The kernels picked at start.
  public let kernels: KernelSet
  /// The rank's threads.
  public let threads: ThreadPool
  private var scratch: [Scratch: AlignedStorage<Float>] = [:]

  /// What scratch memory is for; buffers of different uses never overlap.
  package enum Scratch {
    case panels, filterSums, chunks, channels
  }

  /// A context over these kernels and threads.
  public init(kernels: KernelSet, threads: ThreadPool) {
    self.kernels = kernels
    self.threads = threads
  }

  /// At least `count` floats, with whatever the last use left in them.
  package func scratch(_ use: Scratch, _ count: Int) -> UnsafeMutablePointer<Float> {
    if let held = scratch[use], held.count >= count { return held.pointer }
    // Freed before the larger one is made.
    scratch[use] = nil
    let storage = AlignedStorage<Float>(count: count)
    scratch[use] = storage
    return storage.pointer
  }
}
