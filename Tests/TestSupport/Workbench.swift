import Engine
import Testing

/// An engine context with memory that lives as long as the closure it is given to.
///
/// Results start as not-a-number, so that an element which an operator forgets is seen, and every block lies
/// between guards, so that an operator which writes too far is seen as well.
public final class Workbench {
  /// The kernels and threads to run on.
  public let context: EngineContext
  private var blocks: [(storage: AlignedStorage<Float>, count: Int)] = []
  private static let guardCount = 32
  private static let guardValue = Float(bitPattern: 0x7FC0_0BAD)

  fileprivate init(
    kernels: KernelSet, threads: Int, convolution: ConvolutionChoice, streamedBytes: Int,
    invertedBandBytes: Int
  ) {
    context = EngineContext(
      kernels: kernels, threads: ThreadPool(threads: threads), convolution: convolution,
      streamedBytes: streamedBytes, invertedBandBytes: invertedBandBytes)
  }

  /// A block of these numbers.
  public func block(_ values: [Float]) -> UnsafeMutablePointer<Float> {
    let start = blankBlock(values.count)
    values.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { start.update(from: base, count: source.count) }
    }
    return start
  }

  /// A block that holds no numbers yet.
  public func blankBlock(_ count: Int) -> UnsafeMutablePointer<Float> {
    let storage = AlignedStorage<Float>(count: count + 2 * Self.guardCount)
    storage.pointer.update(repeating: Self.guardValue, count: storage.count)
    blocks.append((storage, count))
    return storage.pointer + Self.guardCount
  }

  /// A feature map of these values, rounded to single precision.
  public func map(_ dense: DenseMap) -> FeatureMap {
    map(dense.shape, dense.values.map { Float($0) })
  }

  /// A feature map of these dense values.
  public func map(_ shape: FeatureMap.Shape, _ values: [Float]) -> FeatureMap {
    let map = blankMap(shape)
    values.withUnsafeBufferPointer { map.fill(fromDense: $0, in: context) }
    return map
  }

  /// A feature map that holds no numbers yet.
  public func blankMap(_ shape: FeatureMap.Shape) -> FeatureMap {
    FeatureMap(shape, at: blankBlock(shape.elements))
  }

  /// Memory for what a batch normalisation keeps.
  public func state(shards: Int, shape: FeatureMap.Shape) -> NormalizationState {
    var plan = MemoryPlan()
    let place = plan.reserve(NormalizationState.size(shards: shards, shape: shape))
    let storage = AlignedStorage<Float>(count: place.count)
    blocks.append((storage, 0))
    return NormalizationState(in: storage, at: place, shards: shards, shape: shape)
  }

  fileprivate func expectIntactGuards() {
    for (storage, count) in blocks where count > 0 {
      let outside =
        Array(0..<Self.guardCount) + Array(Self.guardCount + count..<storage.count)
      for index in outside
      where storage.pointer[index].bitPattern != Self.guardValue.bitPattern {
        Issue.record("something wrote at \(index - Self.guardCount) of a block of \(count)")
      }
    }
  }
}

/// Runs `body` on a workbench, then checks that nothing wrote outside its blocks.
///
/// - Parameters:
///   - streamedBytes: how large a map is that operators write past the caches; none by default.
///   - invertedBandBytes: how large a band of an inverted residual is; a row by default.
public func withWorkbench<Result>(
  _ kernels: KernelSet, threads: Int = 1, convolution: ConvolutionChoice = .direct,
  streamedBytes: Int = .max, invertedBandBytes: Int = 0, _ body: (Workbench) throws -> Result
) rethrows -> Result {
  let bench = Workbench(
    kernels: kernels, threads: threads, convolution: convolution, streamedBytes: streamedBytes,
    invertedBandBytes: invertedBandBytes)
  defer { bench.expectIntactGuards() }
  return try body(bench)
}

extension KernelSet {
  /// Every compilation of the kernels that this processor runs.
  public static var runnable: [KernelSet] {
    [KernelChoice.v4, .v3, .portable].compactMap { try? select($0) }
  }

  /// All kernels this machine runs, with the vectors of each panel that maps of any width are cut into.
  public static var runnablePanels: [(kernels: KernelSet, vectors: Int)] {
    runnable.flatMap { kernels in
      let panels = (1...8).flatMap { kernels.panels(columns: 16 * $0) }
      return Set(panels.map { $0.count / kernels.lanes }).sorted().map { (kernels, $0) }
    }
  }
}

extension FeatureMap {
  /// All elements, padding included.
  public var raw: [Float] { Array(UnsafeBufferPointer(start: elements, count: shape.elements)) }

  /// The elements of one image, padding included.
  public func raw(image: Int) -> [Float] {
    let size = shape.imagePixels * shape.pixelStride
    return Array(UnsafeBufferPointer(start: elements + image * size, count: size))
  }

  /// Records an issue unless the padding channels of every pixel are zero.
  public func expectZeroPadding(
    _ what: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for pixel in 0..<shape.pixels {
      for channel in shape.channels..<shape.pixelStride
      where elements[pixel * shape.pixelStride + channel] != 0 {
        Issue.record(
          "\(what): pixel \(pixel) is not zero at padding channel \(channel) of \(shape)",
          sourceLocation: sourceLocation)
        return
      }
    }
  }
}
