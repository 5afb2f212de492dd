/// Expansion, depthwise window and projection of an inverted residual with given normalisations between them, some rows of
/// an image at a time, so that the wide maps between them never leave the cache.
///
/// For inference: batch statistics would need the whole of each map before the next. Every sum is taken in the order in
/// which the three operators take it, so the bits are theirs. Source: Sandler et al., "MobileNetV2", CVPR 2018,
/// section 5.1, which cuts the wide map into groups of channels to save memory.
///
///     for each image, for each strip of it, for each band of the strip's output rows:
///       copy the input's rows, applied, but for those that the band above has expanded
///       for each group of wide channels:
///         expand the rows, normalised and activated -> a bordered patch of the group, below those of the band above
///         filter the patch, normalised and activated -> the group's floats of the filtered pixels
///         keep the rows that the band below reads, too
///       project the filtered pixels -> the output's rows
public struct InvertedResidual {
  /// A layer of 1x1 pixels: the full weights, and which part of them is used.
  public struct Pointwise {
    let weights: UnsafePointer<Float>
    let filter: FilterView

    /// - Precondition: the filter's window is one pixel.
    public init(weights: UnsafePointer<Float>, filter: FilterView) {
      precondition(filter.kernel == 1, "a pointwise layer has a window of one pixel")
      self.weights = weights
      self.filter = filter
    }
  }

  /// A depthwise layer: its window, the full weights, the width of a row of them, and the part that is used.
  public struct Window {
    let operation: DepthwiseConvolution
    let weights: UnsafePointer<Float>
    let fullChannels: Int
    let channels: ChannelSlice

    /// - Parameters:
    ///   - weights: the full filter, `fullChannels` wide.
    ///   - channels: the slice of it that is used.
    public init(
      _ operation: DepthwiseConvolution, weights: UnsafePointer<Float>, fullChannels: Int,
      channels: ChannelSlice
    ) {
      self.operation = operation
      self.weights = weights
      self.fullChannels = fullChannels
      self.channels = channels
    }
  }

  fileprivate let expansion: (layer: Pointwise, applied: PendingNormalization)?
  fileprivate let window: (layer: Window, applied: PendingNormalization)
  fileprivate let projection: Pointwise

  /// The layers in their order, and what is applied to the output of the first two.
  ///
  /// - Parameter expansion: none where the window reads the input itself.
  /// - Precondition: what is applied is the same for all images.
  public init(
    expansion: (layer: Pointwise, applied: PendingNormalization)?,
    window: (layer: Window, applied: PendingNormalization), projection: Pointwise
  ) {
    precondition(
      window.applied.shards == 1 && (expansion?.applied.shards ?? 1) == 1,
      "all images have the same statistics")
    self.expansion = expansion
    self.window = window
    self.projection = projection
  }

  /// `output = projection(window(expansion(input)))`.
  ///
  /// - Parameter kept: packed weights of an earlier pass, or where this one leaves them.
  /// - Precondition: the output lies where the input does not, since neighbouring bands read the same rows.
  public func forward(
    _ input: Operand, output: FeatureMap, keptIn kept: KeptWeights? = nil, in context: EngineContext
  ) {
    let wide = FeatureMap.Shape(
      images: input.shape.images, height: input.shape.height, width: input.shape.width,
      channels: window.layer.channels.count)
    let filtered = window.layer.operation.outputShape(for: wide)
    checkShapes(input, wide, filtered, output)
    let weights = packed(row: wide.pixelStride, keptIn: kept, in: context)
    let bands = InvertedBands(
      wide: wide, filtered: filtered, window.layer.operation, expanding: expansion != nil,
      bytes: context.invertedBandBytes, threads: context.threads.count)
    let pixels = context.workerScratch(
      .workerPixels, expansion == nil ? 0 : bands.inputFloats(channels: input.shape.channels))
    let patches = context.workerScratch(.workerTiles, bands.patchFloats)
    let filteredPixels = context.workerScratch(.workerOutputs, bands.filteredFloats)
    let carriedRows = context.workerScratch(
      .workerProducts, bands.carriedFloats * weights.groups.count)
    let places = expansion == nil ? [] : bands.places
    let indices = context.indices(max(places.count, bands.rows * filtered.width))
    context.threads.forEachWithWorker(bands.strips) { job, worker in
      let next = context.threads.likelyNext(after: job, of: bands.strips)
      places.withUnsafeBufferPointer { places in
        for band in bands.strip(job) {
          InvertedBlock(
            layers: self, weights: weights, band: band, bands: bands, input: input,
            output: output, indices: indices, places: places, pixels: pixels(worker),
            patch: patches(worker), carried: carriedRows(worker),
            filtered: filteredPixels(worker), kernels: context.kernels
          ).run(before: bands.band(after: band, orIn: next))
        }
      }
    }
  }

  private func checkShapes(
    _ input: Operand, _ wide: FeatureMap.Shape, _ filtered: FeatureMap.Shape, _ output: FeatureMap
  ) {
    let shape = output.shape
    let agrees =
      (expansion?.layer.filter.inputs.count ?? wide.channels) == input.shape.channels
      && (expansion?.layer.filter.outputs.count ?? wide.channels) == wide.channels
      && projection.filter.inputs.count == filtered.channels
      && projection.filter.outputs.count == shape.channels
      && (shape.images, shape.height, shape.width)
        == (filtered.images, filtered.height, filtered.width)
    precondition(agrees && !input.shape.isDense, "feature maps and filters agree")
    precondition(input.map.elements != output.elements, "input and output lie apart")
  }

  private func packed(
    row: Int, keptIn kept: KeptWeights?, in context: EngineContext
  ) -> InvertedWeights {
    func size(_ layer: Pointwise) -> Int {
      WeightPanels.size(
        taps: 1, depth: layer.filter.inputs.count, columns: layer.filter.outputs.count)
    }
    func pack(_ layer: Pointwise, into panels: UnsafeMutablePointer<Float>) {
      WeightPanels(kernels: context.kernels, filter: layer.filter).packForward(
        layer.weights, into: panels, threads: context.threads)
    }
    let projectionStart = window.layer.operation.taps * row
    let expansionStart = projectionStart + size(projection)
    let total = expansionStart + (expansion.map { size($0.layer) } ?? 0)
    let memory = context.packed(total, .panels, keptIn: kept) {
      window.layer.operation.pack(
        window.layer.weights, window.layer.fullChannels, window.layer.channels, row, into: $0)
      pack(projection, into: $0 + projectionStart)
      if let expansion { pack(expansion.layer, into: $0 + expansionStart) }
    }
    let kernels = context.kernels
    return InvertedWeights(
      window: memory, projection: memory + projectionStart,
      projectionPanels: kernels.panels(columns: projection.filter.outputs.count),
      expansion: memory + expansionStart,
      groups: groups(kernels.panels(columns: window.layer.channels.count)))
  }

  /// Neighbouring panels of the wide map, so many that a group's floats fit into a pixel of the patch.
  private func groups(_ panels: [ChannelSpan]) -> [[ChannelSpan]] {
    precondition(
      panels.allSatisfy { $0.count <= BlockSizes.invertedGroupFloats },
      "a group has at least a panel's floats")
    var groups: [[ChannelSpan]] = []
    for panel in panels {
      if let first = groups.last?.first, panel.end - first.start <= BlockSizes.invertedGroupFloats {
        groups[groups.count - 1].append(panel)
      } else {
        groups.append([panel])
      }
    }
    return groups
  }
}

/// The weights of the three layers as the kernels read them.
private struct InvertedWeights {
  /// [tap][pixel stride of the wide map].
  let window: UnsafePointer<Float>
  let projection: UnsafePointer<Float>
  let projectionPanels: [ChannelSpan]
  let expansion: UnsafePointer<Float>
  /// The panels of the wide map, group by group.
  let groups: [[ChannelSpan]]
}

/// Cuts every image into strips, which threads take, and these into bands of output rows whose pixels stay in the
/// second-level cache.
private struct InvertedBands {
  struct Band {
    let image: Int
    /// Of the bands of an image, from its top.
    let number: Int
    /// Of the filtered map and of the output.
    let rows: Range<Int>
    /// What of the wide map the window reads, with a border.
    let patch: Patch
    /// Rows of the wide map that are made for this band; those above them in the patch are of the band above.
    let made: Range<Int>
    /// Rows of the patch that the band above has made, and that the band below reads.
    let carriedIn, carriedOut: Int
  }

  /// The map in front of the window and the map behind it.
  let wide, filtered: FeatureMap.Shape
  private let window: SlidingWindow
  /// Rows of a band at most.
  let rows: Int
  private let bandsPerImage, bandsPerStrip, stripsPerImage: Int
  /// Rows of the wide map that neighbouring bands both read, where they are carried from one to the next.
  private let sharedRows: Int
  /// Floats from one filtered pixel to the next.
  let filteredStride: Int

  init(
    wide: FeatureMap.Shape, filtered: FeatureMap.Shape, _ operation: DepthwiseConvolution,
    expanding: Bool, bytes: Int, threads: Int
  ) {
    self.wide = wide
    self.filtered = filtered
    window = .forward(
      height: wide.height, width: wide.width, kernel: operation.kernel, stride: operation.stride)
    filteredStride = spreadStride(channels: filtered.channels)
    sharedRows = expanding ? max(0, operation.kernel - operation.stride) : 0
    let rowFloats =
      filtered.width * filteredStride
      + operation.stride * wide.width * BlockSizes.invertedGroupFloats
    let most = max(1, bytes / (4 * rowFloats))
    // Of nearly equal height.
    let bands = (filtered.height + most - 1) / most
    rows = (filtered.height + bands - 1) / bands
    bandsPerImage = (filtered.height + rows - 1) / rows
    // Rows between strips are made twice; fewer strips a thread would let threads wait for the last.
    let few = filtered.images * bandsPerImage / (threads * BlockSizes.invertedStrips)
    bandsPerStrip = sharedRows == 0 ? 1 : max(1, min(bandsPerImage, few))
    stripsPerImage = (bandsPerImage + bandsPerStrip - 1) / bandsPerStrip
  }

  var strips: Int { filtered.images * stripsPerImage }

  /// The bands of a strip, from the top.
  func strip(_ job: Int) -> [Band] {
    let first = job % stripsPerImage * bandsPerStrip
    return (first..<min(first + bandsPerStrip, bandsPerImage)).map {
      band($0, ofImage: job / stripsPerImage)
    }
  }

  /// The next band of the same strip, or the first of another.
  func band(after band: Band, orIn strip: Int) -> Band {
    band.carriedOut > 0
      ? self.band(band.number + 1, ofImage: band.image)
      : self.band(strip % stripsPerImage * bandsPerStrip, ofImage: strip / stripsPerImage)
  }

  private func band(_ number: Int, ofImage image: Int) -> Band {
    let first = number * rows
    let rows = first..<min(first + rows, filtered.height)
    let patch = window.patch(rows: rows, .bordered)
    let opens = number % bandsPerStrip == 0
    let closes = (number + 1) % bandsPerStrip == 0 || number + 1 == bandsPerImage
    let carriedIn = opens ? 0 : sharedRows
    return Band(
      image: image, number: number, rows: rows, patch: patch,
      made: (patch.rows.lowerBound + carriedIn..<patch.rows.upperBound).clamped(
        to: 0..<wide.height),
      carriedIn: carriedIn, carriedOut: closes ? 0 : sharedRows)
  }

  /// The patch of a whole band.
  private var patch: Patch { window.patch(rows: 0..<rows, .bordered) }

  /// Columns of the wide map in a patch.
  var columns: Int { min(wide.width, patch.columns.upperBound) }

  /// Where in a patch the pixels of its rows inside the image lie, counted from the first of them.
  var places: [Int32] {
    let (patch, columns) = (patch, columns)
    return (0..<patch.height).flatMap { row in
      (0..<columns).map { Int32(row * patch.width + $0) }
    }
  }

  /// Floats that a thread needs for the input's pixels.
  func inputFloats(channels: Int) -> Int {
    patch.height * columns * spreadStride(channels: channels)
  }

  /// Floats that a thread needs for a group's patch.
  var patchFloats: Int { patch.height * patch.width * BlockSizes.invertedGroupFloats }

  /// Floats that a thread needs for a group's rows on their way to the next band.
  var carriedFloats: Int { sharedRows * patch.width * BlockSizes.invertedGroupFloats }

  /// Floats that a thread needs for the filtered pixels.
  var filteredFloats: Int { rows * filtered.width * filteredStride }
}

/// A band on its way through the three layers.
private struct InvertedBlock {
  let layers: InvertedResidual
  let weights: InvertedWeights
  let band: InvertedBands.Band
  let bands: InvertedBands
  let input: Operand
  let output: FeatureMap
  /// The whole numbers, as a list of pixels.
  let indices: UnsafePointer<Int32>
  let places: UnsafeBufferPointer<Int32>
  let pixels, patch, carried, filtered: UnsafeMutablePointer<Float>
  let kernels: KernelSet

  /// Floats from one pixel of the patch to the next.
  private var patchStride: Int { BlockSizes.invertedGroupFloats }
  private var pixelStride: Int { spreadStride(channels: input.shape.channels) }

  /// - Parameter next: what this thread is likely to take afterwards.
  func run(before next: InvertedBands.Band) {
    let expanding = layers.expansion == nil ? 0 : weights.groups.reduce(0) { $0 + $1.count }
    let width = input.shape.width
    var ahead = ReadAhead(
      input.memory(
        behind: PixelRun(
          image: next.image, first: next.made.lowerBound * width,
          count: next.made.count * width)),
      calls: expanding + weights.projectionPanels.count)
    if layers.expansion != nil { copyInput() }
    for (number, group) in weights.groups.enumerated() {
      guard let first = group.first, let last = group.last else { continue }
      let floats = first.start..<last.end
      if let (layer, applied) = layers.expansion {
        let carried = carried + number * bands.carriedFloats
        carryIn(from: carried)
        expand(
          group, from: floats.lowerBound, depth: layer.filter.inputs.count, normalizing: applied,
          &ahead)
        carryOut(to: carried)
      } else {
        band.patch.copy(
          input, image: band.image, floats: floats, to: patch, stride: patchStride,
          kernels: kernels)
      }
      filter(floats)
    }
    project(&ahead)
  }

  /// Copies what is expanded, and clears the patch: its border stays as it is while groups take turns.
  private func copyInput() {
    Patch(rows: band.made, columns: 0..<bands.columns).copy(
      input, image: band.image, to: pixels, stride: pixelStride, kernels: kernels)
    patch.update(repeating: 0, count: band.patch.height * band.patch.width * patchStride)
  }

  /// Rows of a group that the band above has made.
  private func carryIn(from carried: UnsafePointer<Float>) {
    patch.update(from: carried, count: band.carriedIn * rowFloats)
  }

  /// Rows of a group that the band below reads, too.
  private func carryOut(to carried: UnsafeMutablePointer<Float>) {
    let first = band.patch.height - band.carriedOut
    carried.update(from: patch + first * rowFloats, count: band.carriedOut * rowFloats)
  }

  private var rowFloats: Int { band.patch.width * patchStride }

  /// The first pixel of the patch that is made.
  private var made: UnsafeMutablePointer<Float> {
    let top = band.made.lowerBound - band.patch.rows.lowerBound
    let left = -band.patch.columns.lowerBound
    return patch + (top * band.patch.width + left) * patchStride
  }

  private func expand(
    _ group: [ChannelSpan], from first: Int, depth: Int,
    normalizing normalization: PendingNormalization, _ ahead: inout ReadAhead
  ) {
    guard let places = places.baseAddress else { preconditionFailure("a patch has pixels") }
    for panel in group {
      let wanted = ahead.next()
      kernels.multiplyGathered(
        pixels, pixelStride, indices, indices, indices, 1, depth,
        weights.expansion + panel.start * depth, panel.count / kernels.lanes,
        normalization.scale + panel.start, normalization.shift + panel.start,
        normalization.activation.rawValue, made + (panel.start - first), patchStride, places,
        band.made.count * bands.columns, wanted.start, wanted.floats)
    }
  }

  private func filter(_ floats: Range<Int>) {
    let (layer, applied) = layers.window
    kernels.depthwiseRows(
      patch, band.patch.width * patchStride, patchStride, floats.count,
      weights.window + floats.lowerBound, bands.wide.pixelStride,
      applied.scale + floats.lowerBound, applied.shift + floats.lowerBound,
      applied.activation.rawValue, layer.operation.kernel, layer.operation.stride,
      filtered + floats.lowerBound, bands.filteredStride, band.rows.count, bands.filtered.width)
  }

  private func project(_ ahead: inout ReadAhead) {
    let depth = bands.filtered.channels
    let place =
      output.elements
      + output.shape.pixel(band.rows.lowerBound * bands.filtered.width, ofImage: band.image)
    for panel in weights.projectionPanels {
      let wanted = ahead.next()
      kernels.multiplyGathered(
        filtered, bands.filteredStride, indices, indices, indices, 1, depth,
        weights.projection + panel.start * depth, panel.count / kernels.lanes, nil, nil, 0,
        place + panel.start, output.shape.pixelStride, indices,
        band.rows.count * bands.filtered.width, wanted.start, wanted.floats)
    }
  }
}
