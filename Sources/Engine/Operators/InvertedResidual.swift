/// Expansion, depthwise window and projection of an inverted residual with given normalisations between them, some rows of
/// an image at a time, so that the wide maps between them never leave the cache.
///
/// For inference: batch statistics would need the whole of each map before the next. Every sum is taken in the order in
/// which the three operators take it, so the bits are theirs. Source: Sandler et al., "MobileNetV2", CVPR 2018,
/// section 5.1, which cuts the wide map into groups of channels to save memory.
///
///     for each image, for each band of output rows:
///       copy the input's rows, applied
///       for each group of wide channels:
///         expand the rows, normalise and activate them -> a bordered patch of the group
///         filter the patch, normalise and activate the result -> the group's floats of the deep pixels
///       project the deep pixels -> the output's rows
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

  let expansion: (layer: Pointwise, applied: PendingNormalization)?
  let window: (layer: Window, applied: PendingNormalization)
  let projection: Pointwise

  /// The layers in their order, and what is applied to the output of the first two.
  ///
  /// - Parameter expansion: none where the window reads the input itself.
  public init(
    expansion: (layer: Pointwise, applied: PendingNormalization)?,
    window: (layer: Window, applied: PendingNormalization), projection: Pointwise
  ) {
    self.expansion = expansion
    self.window = window
    self.projection = projection
  }

  /// `output = projection(window(expansion(input)))`.
  public func forward(_ input: Operand, output: FeatureMap, in context: EngineContext) {
    let wide = FeatureMap.Shape(
      images: input.shape.images, height: input.shape.height, width: input.shape.width,
      channels: window.layer.channels.count)
    let deep = window.layer.operation.outputShape(for: wide)
    checkShapes(input.shape, wide, deep, output.shape)
    let weights = packed(row: wide.pixelStride, in: context)
    let bands = InvertedBands(wide: wide, deep: deep, window.layer.operation)
    let sizes = bands.sizes(inputs: expansion == nil ? 0 : input.shape.channels)
    let pixels = context.workerScratch(.workerPixels, sizes.pixels)
    let patches = context.workerScratch(.workerTiles, sizes.patch)
    let deepPixels = context.workerScratch(.workerOutputs, sizes.deep)
    let places = expansion == nil ? [] : bands.places
    let indices = context.indices(max(places.count, bands.rows * deep.width))
    context.threads.forEachWithWorker(bands.count) { job, worker in
      let next = bands[context.threads.likelyNext(after: job, of: bands.count)]
      places.withUnsafeBufferPointer { places in
        InvertedBlock(
          block: self, weights: weights, band: bands[job], bands: bands, input: input,
          output: output, indices: indices, places: places, pixels: pixels(worker),
          patch: patches(worker), deep: deepPixels(worker), kernels: context.kernels
        ).run(before: next)
      }
    }
  }

  private func checkShapes(
    _ input: FeatureMap.Shape, _ wide: FeatureMap.Shape, _ deep: FeatureMap.Shape,
    _ output: FeatureMap.Shape
  ) {
    let agrees =
      (expansion?.layer.filter.inputs.count ?? wide.channels) == input.channels
      && (expansion?.layer.filter.outputs.count ?? wide.channels) == wide.channels
      && projection.filter.inputs.count == deep.channels
      && projection.filter.outputs.count == output.channels
      && (output.images, output.height, output.width) == (deep.images, deep.height, deep.width)
    precondition(agrees && !input.isDense, "feature maps and filters agree")
  }

  private func packed(row: Int, in context: EngineContext) -> InvertedWeights {
    func size(_ layer: Pointwise) -> Int {
      WeightPanels.size(
        taps: 1, depth: layer.filter.inputs.count, columns: layer.filter.outputs.count)
    }
    let taps = window.layer.operation.taps * row
    let projectionSize = size(projection)
    let memory = context.scratch(
      .panels, projectionSize + taps + (expansion.map { size($0.layer) } ?? 0))
    func pack(_ layer: Pointwise, into panels: UnsafeMutablePointer<Float>) -> [ChannelSpan] {
      WeightPanels(kernels: context.kernels, filter: layer.filter).packForward(
        layer.weights, into: panels, threads: context.threads)
    }
    window.layer.operation.pack(
      window.layer.weights, window.layer.fullChannels, window.layer.channels, row,
      into: memory + projectionSize)
    let expansionMemory = memory + projectionSize + taps
    return InvertedWeights(
      projection: memory, projectionPanels: pack(projection, into: memory),
      window: memory + projectionSize, expansion: expansionMemory,
      groups: Self.groups(
        expansion.map { pack($0.layer, into: expansionMemory) }
          ?? context.kernels.panels(columns: window.layer.channels.count)))
  }

  /// Neighbouring panels of the wide map, so many that a group has `BlockSizes.invertedGroupFloats` at most.
  private static func groups(_ panels: [ChannelSpan]) -> [[ChannelSpan]] {
    var groups: [[ChannelSpan]] = []
    for panel in panels {
      if let last = groups.last, let first = last.first,
        panel.end - first.start <= BlockSizes.invertedGroupFloats
      {
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
  let projection: UnsafeMutablePointer<Float>
  let projectionPanels: [ChannelSpan]
  /// [tap][pixel stride of the wide map].
  let window: UnsafeMutablePointer<Float>
  let expansion: UnsafeMutablePointer<Float>
  /// The panels of the wide map, group by group.
  let groups: [[ChannelSpan]]
}

/// Cuts every image into bands of output rows whose pixels stay in the second-level cache.
private struct InvertedBands {
  struct Band {
    let image: Int
    /// Of the deep map and of the output.
    let rows: Range<Int>
    /// What of the wide map the window reads, with a border.
    let patch: Patch
    /// Rows of the wide map in it.
    let inside: Range<Int>
  }

  let wide, deep: FeatureMap.Shape
  private let window: DepthwiseConvolution
  /// Rows of a band at most.
  let rows: Int
  private let perImage: Int
  /// Floats from one deep pixel to the next.
  let deepStride: Int

  init(wide: FeatureMap.Shape, deep: FeatureMap.Shape, _ window: DepthwiseConvolution) {
    self.wide = wide
    self.deep = deep
    self.window = window
    deepStride = spreadStride(channels: deep.channels)
    let rowBytes =
      4
      * (deep.width * deepStride + window.stride * wide.width * BlockSizes.invertedGroupFloats)
    let most = max(1, BlockSizes.invertedBandBytes / rowBytes)
    // Of nearly equal height.
    let bands = (deep.height + most - 1) / most
    rows = (deep.height + bands - 1) / bands
    perImage = (deep.height + rows - 1) / rows
  }

  var count: Int { deep.images * perImage }

  subscript(job: Int) -> Band {
    let first = job % perImage * rows
    let rows = first..<min(first + rows, deep.height)
    let patch = patch(rows)
    return Band(
      image: job / perImage, rows: rows, patch: patch,
      inside: patch.rows.clamped(to: 0..<wide.height))
  }

  private func patch(_ rows: Range<Int>) -> Patch {
    let padding = window.kernel / 2
    func read(_ outputs: Range<Int>) -> Range<Int> {
      let first = outputs.lowerBound * window.stride - padding
      return first..<first + (outputs.count - 1) * window.stride + window.kernel
    }
    return Patch(rows: read(rows), columns: read(0..<deep.width))
  }

  /// Columns of the wide map in a patch.
  var columns: Int { min(wide.width, patch(0..<1).columns.upperBound) }

  /// Where in a patch the pixels of its rows inside the image lie, counted from the first of them.
  var places: [Int32] {
    let patch = patch(0..<rows)
    return (0..<patch.height).flatMap { row in
      (0..<columns).map { Int32(row * patch.width + $0) }
    }
  }

  /// Floats that a thread needs.
  func sizes(inputs: Int) -> (pixels: Int, patch: Int, deep: Int) {
    let patch = patch(0..<rows)
    return (
      patch.height * columns * spreadStride(channels: inputs) + 16,
      patch.height * patch.width * BlockSizes.invertedGroupFloats, rows * deep.width * deepStride
    )
  }
}

/// A band on its way through the three layers.
private struct InvertedBlock {
  let block: InvertedResidual
  let weights: InvertedWeights
  let band: InvertedBands.Band
  let bands: InvertedBands
  let input: Operand
  let output: FeatureMap
  /// The whole numbers, as a list of pixels.
  let indices: UnsafePointer<Int32>
  let places: UnsafeBufferPointer<Int32>
  let pixels, patch, deep: UnsafeMutablePointer<Float>
  let kernels: KernelSet

  /// Floats from one pixel of the patch to the next.
  private var patchStride: Int { BlockSizes.invertedGroupFloats }
  private var pixelStride: Int { spreadStride(channels: input.shape.channels) }

  /// - Parameter next: what this thread is likely to take afterwards.
  func run(before next: InvertedBands.Band) {
    if block.expansion != nil {
      Patch(rows: band.inside, columns: 0..<bands.columns).copy(
        input, image: band.image, to: pixels, stride: pixelStride, kernels: kernels)
      // The border stays as it is while groups take turns.
      patch.update(repeating: 0, count: band.patch.height * band.patch.width * patchStride)
    }
    let width = input.shape.width
    var ahead = ReadAhead(
      input.memory(
        behind: PixelRun(
          image: next.image, first: next.inside.lowerBound * width,
          count: max(1, next.inside.count * width))),
      calls: weights.projectionPanels.count
        + (block.expansion == nil ? 0 : weights.groups.reduce(0) { $0 + $1.count }))
    for group in weights.groups {
      guard let first = group.first, let last = group.last else { continue }
      let floats = first.start..<last.end
      if let (layer, applied) = block.expansion {
        expand(group, from: floats.lowerBound, depth: layer.filter.inputs.count, &ahead)
        apply(applied, floats)
      } else {
        band.patch.copy(
          input, image: band.image, floats: floats, to: patch, stride: patchStride,
          kernels: kernels)
      }
      filter(floats)
    }
    project(&ahead)
  }

  /// The first pixel of the patch that lies in the image.
  private var inside: UnsafeMutablePointer<Float> {
    let top = band.inside.lowerBound - band.patch.rows.lowerBound
    let left = -band.patch.columns.lowerBound
    return patch + (top * band.patch.width + left) * patchStride
  }

  private func expand(_ group: [ChannelSpan], from first: Int, depth: Int, _ ahead: inout ReadAhead)
  {
    guard let places = places.baseAddress else { return }
    for panel in group {
      let wanted = ahead.next()
      kernels.multiplyGathered(
        pixels, pixelStride, indices, indices, indices, 1, depth,
        weights.expansion + panel.start * depth, panel.count / kernels.lanes,
        inside + (panel.start - first), patchStride, places, band.inside.count * bands.columns,
        wanted.start, wanted.floats)
    }
  }

  /// Normalises and activates a group of the patch, but for its border.
  private func apply(_ applied: PendingNormalization, _ floats: Range<Int>) {
    for row in 0..<band.inside.count {
      let place = inside + row * band.patch.width * patchStride
      kernels.scaleShiftActivate(
        place, bands.columns, patchStride, floats.count, applied.scale + floats.lowerBound,
        applied.shift + floats.lowerBound, applied.activation.rawValue, place, patchStride)
    }
  }

  private func filter(_ floats: Range<Int>) {
    let (row, stride) = (bands.wide.pixelStride, bands.deepStride)
    let place = deep + floats.lowerBound
    let (layer, applied) = block.window
    kernels.depthwiseRows(
      patch, band.patch.width * patchStride, patchStride, floats.count,
      weights.window + floats.lowerBound, row, layer.operation.kernel,
      layer.operation.stride, place, stride, band.rows.count, bands.deep.width)
    kernels.scaleShiftActivate(
      place, band.rows.count * bands.deep.width, stride, floats.count,
      applied.scale + floats.lowerBound, applied.shift + floats.lowerBound,
      applied.activation.rawValue, place, stride)
  }

  private func project(_ ahead: inout ReadAhead) {
    let depth = bands.deep.channels
    let place =
      output.elements
      + output.shape.pixel(band.rows.lowerBound * bands.deep.width, ofImage: band.image)
    for panel in weights.projectionPanels {
      let wanted = ahead.next()
      kernels.multiplyGathered(
        deep, bands.deepStride, indices, indices, indices, 1, depth,
        weights.projection + panel.start * depth, panel.count / kernels.lanes, place + panel.start,
        output.shape.pixelStride, indices, band.rows.count * bands.deep.width, wanted.start,
        wanted.floats)
    }
  }
}
