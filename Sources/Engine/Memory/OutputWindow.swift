/// Where threads put pixels of a map while they make them: in the map itself or, where no cache would hold it until it is
/// read, in memory of their own, from which complete chunks are streamed past the caches.
///
/// An ordinary store reads the line that it overwrites, and memory is what such operators wait for. Products do better with
/// ordinary stores, which wait behind their multiplications, unless whoever observes them writes the map anyway. The way
/// shows in the time, never in the bits.
struct OutputMemory {
  private let map: FeatureMap
  private let observer: (any ChunkObserver)?
  /// Whether chunks have to be copied from there to the map.
  private let copies: Bool
  private let kernels: KernelSet
  /// A thread's own memory and the floats between its pixels; none where pixels are made in the map.
  private let own: (memory: (_ worker: Int) -> UnsafeMutablePointer<Float>, stride: Int)?

  /// - Parameters:
  ///   - pixels: the pixels of a window at most.
  ///   - floats: how many floats of each, at most.
  ///   - observer: sees the chunks of every window.
  ///   - copies: whether own memory pays although it has to be copied to the map, where the observer does not write that.
  init(
    _ map: FeatureMap, pixels: Int, floats: Int, observer: (any ChunkObserver)?, copies: Bool,
    in context: EngineContext
  ) {
    self.map = map
    self.observer = observer
    let writesMap = observer?.writesMap ?? false
    kernels = context.kernels
    guard context.streams(map.shape), copies || writesMap else {
      self.copies = false
      own = nil
      return
    }
    self.copies = !writesMap
    precondition(Int(bitPattern: map.elements) % 64 == 0, "a map starts with a cache line")
    let stride = spreadStride(channels: floats)
    own = (context.workerScratch(.workerOutputs, pixels * stride), stride)
  }

  /// A thread's window, from a pixel counted over all images.
  func window(first: Int, floats: Range<Int>, worker: Int) -> OutputWindow {
    let row = map.shape.pixelStride
    let place = map.elements + first * row + floats.lowerBound
    return OutputWindow(
      elements: own.map { $0.memory(worker) } ?? place, stride: own?.stride ?? row, first: first,
      floats: floats)
  }

  /// Shows complete chunks of a window to the observer while they are in cache; then they are where they belong.
  func finish(_ window: OutputWindow, _ chunks: Range<Int>) {
    guard copies || observer != nil else { return }
    let plan = ChunkPlan(map.shape)
    let row = map.shape.pixelStride
    let floats = window.floats
    for chunk in chunks {
      let pixels = plan.pixels(of: chunk)
      let place = window.elements + (pixels.start - window.first) * window.stride
      observer?.take(chunk, place, stride: window.stride, floats: floats)
      guard copies else { continue }
      kernels.streamPixels(
        place, pixels.count, window.stride, floats.count,
        map.elements + pixels.start * row + floats.lowerBound, row)
    }
  }
}

/// Some floats of neighbouring pixels of a map while a thread makes them.
struct OutputWindow {
  /// The floats of the first pixel.
  let elements: UnsafeMutablePointer<Float>
  /// Floats from there to those of the next pixel.
  let stride: Int
  /// The first pixel, counted over all images.
  let first: Int
  let floats: Range<Int>
}
