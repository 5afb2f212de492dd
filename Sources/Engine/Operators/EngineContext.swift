/// What every operator needs: kernels, threads, and scratch memory that lives from one call to the next.
///
/// One context serves one operator call at a time.
public final class EngineContext {
  /// The kernels picked at start.
  public let kernels: KernelSet
  /// The rank's threads.
  public let threads: ThreadPool
  /// How convolutions are computed.
  public let convolution: ConvolutionChoice
  private var scratch: [Scratch: AlignedStorage<Float>] = [:]
  private var countedIndices = AlignedStorage<Int32>(count: 0)
  private let wholeRun = AlignedStorage<Int32>(count: 3)

  /// How large a map is that operators write past the caches.
  private let streamedBytes: Int
  /// How large a band of an inverted residual is.
  let invertedBandBytes: Int

  /// What scratch memory is for; buffers of different uses never overlap.
  package enum Scratch {
    case panels, transformedWeights, filterSums, chunks, gradientSums, pixels, gradients
    case workerPixels, workerGradients, workerOutputs, workerTiles, workerProducts
  }

  /// A context over these kernels and threads.
  ///
  /// - Parameter convolution: how convolutions are computed that can be computed in several ways.
  public convenience init(
    kernels: KernelSet, threads: ThreadPool, convolution: ConvolutionChoice = .auto
  ) {
    self.init(
      kernels: kernels, threads: threads, convolution: convolution,
      streamedBytes: BlockSizes.streamedBytes, invertedBandBytes: BlockSizes.invertedBandBytes)
  }

  /// - Parameters:
  ///   - streamedBytes: how large a map is that operators write past the caches.
  ///   - invertedBandBytes: how large a band of an inverted residual is.
  package init(
    kernels: KernelSet, threads: ThreadPool, convolution: ConvolutionChoice, streamedBytes: Int,
    invertedBandBytes: Int
  ) {
    self.kernels = kernels
    self.threads = threads
    self.convolution = convolution
    self.streamedBytes = streamedBytes
    self.invertedBandBytes = invertedBandBytes
  }

  /// At least `count` floats, with whatever the last use left in them.
  package func scratch(_ use: Scratch, _ count: Int) -> UnsafeMutablePointer<Float> {
    if let held = scratch[use], held.count >= count { return held.pointer }
    // Freed before the larger one is made.
    scratch[use] = nil
    // Whole huge pages (`AlignedStorage`).
    let storage = AlignedStorage<Float>(count: roundedUp(count, to: hugePage / 4))
    scratch[use] = storage
    return storage.pointer
  }

  /// Memory of at least `count` floats for every thread, taken by the number that `forEachWithWorker` gives.
  func workerScratch(_ use: Scratch, _ count: Int) -> (Int) -> UnsafeMutablePointer<Float> {
    // A line between them keeps threads off each other's cache lines and sets.
    let size = roundedUp(count, to: 16) + 16
    let memory = scratch(use, size * threads.count)
    return { worker in memory + worker * size }
  }

  /// Whether no cache holds a map until it is read.
  func streams(_ shape: FeatureMap.Shape) -> Bool {
    shape.elements * MemoryLayout<Float>.stride >= streamedBytes
  }

  /// The first `count` whole numbers as a list of pixels.
  func indices(_ count: Int) -> UnsafePointer<Int32> {
    if countedIndices.count < count {
      countedIndices = AlignedStorage(count: max(count, 1_024))
      for index in 0..<countedIndices.count { countedIndices.pointer[index] = Int32(index) }
    }
    return UnsafePointer(countedIndices.pointer)
  }

  /// One run of the outer product kernel: the first `count` pixels of both sides.
  func tileRun(_ count: Int) -> UnsafePointer<Int32> {
    (wholeRun.pointer[0], wholeRun.pointer[1], wholeRun.pointer[2]) = (0, 0, Int32(count))
    return UnsafePointer(wholeRun.pointer)
  }
}

/// Floats from pixel to pixel in an operator's own memory.
///
/// An odd number of cache lines where pixels are long: rows a power of two apart would share cache sets.
func spreadStride(channels: Int) -> Int {
  let lines = (channels + 15) / 16
  return (lines < 8 ? lines : lines | 1) * 16
}

/// Floats from one of the 36 positions of transformed tiles to the next, likewise.
func spreadPositions(_ floats: Int) -> Int { ((floats + 15) / 16 | 1) * 16 }
