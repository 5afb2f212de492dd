/// A depthwise convolution without bias: odd square kernel, padding `kernel / 2`, stride 1 or 2.
///
/// Weights are [kernel][kernel][full channels]; input and output use the same channels. Sums run in the order
/// of taps (data) or of images and pixels (filter), whatever the threads.
///
/// Some rows and some channels of an image at a time are copied with a border of zeros, applied on the way, and
/// filtered while they are in cache.
public final class DepthwiseConvolution {
  /// The side of the window and its step.
  public let kernel, stride: Int
  var taps: Int { kernel * kernel }

  /// - Precondition: `kernel` is odd, `stride` is 1 or 2.
  public init(kernel: Int, stride: Int) {
    precondition(kernel % 2 == 1 && (stride == 1 || stride == 2), "kernel odd, stride 1 or 2")
    self.kernel = kernel
    self.stride = stride
  }

  /// The output's shape for an input.
  public func outputShape(for input: FeatureMap.Shape) -> FeatureMap.Shape {
    FeatureMap.Shape(
      images: input.images, height: SlidingWindow.outputSize(input.height, stride),
      width: SlidingWindow.outputSize(input.width, stride), channels: input.channels)
  }

  /// Filters every channel of `input` on its own; also takes the output's statistics, shard by shard.
  ///
  /// - Parameters:
  ///   - weights: the full filter, `fullChannels` wide.
  ///   - channels: the slice of it that `input` and `output` hold.
  ///   - shards: how many equal runs of images have statistics of their own.
  public func forward(
    _ input: Operand, weights: UnsafePointer<Float>, fullChannels: Int, channels: ChannelSlice,
    output: FeatureMap, statisticsOf shards: Int, in context: EngineContext
  ) -> [ChannelStatistics] {
    let moments = ChunkMoments(output.shape, in: context)
    forward(
      input, weights: weights, fullChannels: fullChannels, channels: channels, output: output,
      normalizing: nil, moments: moments, in: context)
    return moments.statistics(shards: shards, in: context)
  }

  /// Filters every channel of `input` on its own, and normalises and activates it where a normalisation is given.
  ///
  /// - Parameter normalization: of the output, the same for all images.
  public func forward(
    _ input: Operand, weights: UnsafePointer<Float>, fullChannels: Int, channels: ChannelSlice,
    output: FeatureMap, normalizing normalization: PendingNormalization? = nil,
    in context: EngineContext
  ) {
    forward(
      input, weights: weights, fullChannels: fullChannels, channels: channels, output: output,
      normalizing: normalization, moments: nil, in: context)
  }

  private func forward(
    _ input: Operand, weights: UnsafePointer<Float>, fullChannels: Int, channels: ChannelSlice,
    output: FeatureMap, normalizing normalization: PendingNormalization?, moments: ChunkMoments?,
    in context: EngineContext
  ) {
    checkShapes(input.shape, output.shape, channels)
    normalization.checkIsOneForAllImages()
    let row = input.shape.pixelStride
    let packed = pack(weights, fullChannels, channels, row, in: context)
    let bands = Bands(output.shape, kernel: kernel, step: stride)
    let largest = bands[0].patch(kernel: kernel, step: stride)
    let memory = context.workerScratch(
      .workerPixels, largest.height * largest.width * bands[0].pixelStride)
    let outputs = bands.outputs(to: output, observer: moments, in: context)
    let kernels = context.kernels
    context.threads.forEachWithWorker(bands.count) { index, worker in
      let band = bands[index]
      let patch = band.patch(kernel: kernel, step: stride)
      let pixels = memory(worker)
      let window = outputs.window(first: band.firstPixel, floats: band.floats, worker: worker)
      patch.copy(
        input, image: band.image, floats: band.floats, to: pixels, stride: band.pixelStride,
        kernels: kernels)
      kernels.depthwiseRows(
        pixels, patch.width * band.pixelStride, band.pixelStride, band.floats.count,
        packed + band.floats.lowerBound, row,
        normalization.scale(from: band.floats.lowerBound),
        normalization.shift(from: band.floats.lowerBound), normalization.activation, kernel, stride,
        window.elements, window.stride,
        band.rows.count, output.shape.width)
      outputs.finish(window, band.chunks)
    }
  }

  /// Both gradients: what `backwardFilter` and `backwardData` compute, in one visit.
  ///
  /// - Parameters:
  ///   - outputGradient: what is pending on it is not carried out in place: nobody else may need it.
  ///   - gradients: where the full filter's gradient goes.
  ///   - inputGradient: where the input's gradient goes; none where nobody needs it.
  ///   - sums: takes the sums of the normalisation in front while the input's gradient is in cache.
  public func backward(
    _ input: Operand, _ outputGradient: GradientOperand, weights: UnsafePointer<Float>,
    fullChannels: Int, channels: ChannelSlice, gradients: ParameterGradients,
    inputGradient: FeatureMap?, sums: NormalizationGradientSums? = nil, in context: EngineContext
  ) {
    precondition(input.shape.images % gradients.shards == 0, "every shard has as many images")
    checkShapes(input.shape, outputGradient.shape, channels)
    let row = input.shape.pixelStride
    let visit = BackwardVisit(
      input: input, gradient: outputGradient,
      weights: pack(weights, fullChannels, channels, row, in: context), kernel: kernel,
      stride: stride, target: inputGradient, observer: sums, wantsFilter: true)
    let memory = visit.run(in: context)
    addUp(memory, visit.bands, fullChannels, channels, to: gradients, in: context)
  }

  /// Carries the gradient back to the input.
  public func backwardData(
    _ outputGradient: FeatureMap, weights: UnsafePointer<Float>, fullChannels: Int,
    channels: ChannelSlice, inputGradient: FeatureMap, in context: EngineContext
  ) {
    checkShapes(inputGradient.shape, outputGradient.shape, channels)
    let row = inputGradient.shape.pixelStride
    _ = BackwardVisit(
      input: Operand(inputGradient), gradient: GradientOperand(outputGradient),
      weights: pack(weights, fullChannels, channels, row, in: context), kernel: kernel,
      stride: stride, target: inputGradient, observer: nil, wantsFilter: false
    ).run(in: context)
  }

  /// Writes the filter's gradient, shard by shard, to full-size gradients.
  public func backwardFilter(
    _ input: Operand, _ outputGradient: GradientOperand, fullChannels: Int,
    channels: ChannelSlice, gradients: ParameterGradients,
    in context: EngineContext
  ) {
    precondition(input.shape.images % gradients.shards == 0, "every shard has as many images")
    checkShapes(input.shape, outputGradient.shape, channels)
    let none = context.scratch(.panels, taps * input.shape.pixelStride)
    let visit = BackwardVisit(
      input: input, gradient: outputGradient, weights: none, kernel: kernel, stride: stride,
      target: nil, observer: nil, wantsFilter: true)
    let memory = visit.run(in: context)
    addUp(memory, visit.bands, fullChannels, channels, to: gradients, in: context)
  }

  /// Adds up the bands' sums of every shard, in the order of the bands.
  private func addUp(
    _ sums: UnsafeMutablePointer<Float>, _ bands: Bands, _ fullChannels: Int,
    _ channels: ChannelSlice, to gradients: ParameterGradients,
    in context: EngineContext
  ) {
    let row = bands.plan.shape.pixelStride
    let size = taps * row
    let kernels = context.kernels
    let perShard = bands.bandCount / gradients.shards
    context.threads.forEach(gradients.shards * taps) { job in
      let (shard, tap) = (job / taps, job % taps)
      let total = sums + shard * perShard * size + tap * row
      for band in 1..<max(1, perShard) { kernels.addInto(total, total + band * size, row) }
      gradients.write(
        total, to: channels, at: tap * fullChannels, ofShard: shard, kernels: kernels)
    }
  }

  private func pack(
    _ weights: UnsafePointer<Float>, _ fullChannels: Int, _ channels: ChannelSlice, _ row: Int,
    in context: EngineContext
  ) -> UnsafePointer<Float> {
    let packed = context.scratch(.panels, taps * row)
    pack(weights, fullChannels, channels, row, into: packed)
    return UnsafePointer(packed)
  }

  /// Writes the slice of the filter as [tap][pixel stride].
  func pack(
    _ weights: UnsafePointer<Float>, _ fullChannels: Int, _ channels: ChannelSlice, _ row: Int,
    into packed: UnsafeMutablePointer<Float>
  ) {
    for tap in 0..<taps {
      channels.copy(weights + tap * fullChannels, from: 0, count: row, to: packed + tap * row)
    }
  }

  private func checkShapes(
    _ input: FeatureMap.Shape, _ output: FeatureMap.Shape, _ channels: ChannelSlice
  ) {
    precondition(
      output == outputShape(for: input) && channels.count == input.channels,
      "feature maps and slice agree")
  }
}

/// One visit to the bands of an input: its gradient is written and the filter's gradient summed up from the output
/// gradients around each pixel.
private struct BackwardVisit {
  let input: Operand
  let gradient: GradientOperand
  /// [tap][pixel stride].
  let weights: UnsafePointer<Float>
  let kernel, stride: Int
  let target: FeatureMap?
  let observer: NormalizationGradientSums?
  let wantsFilter: Bool
  let bands: Bands

  init(
    input: Operand, gradient: GradientOperand, weights: UnsafePointer<Float>, kernel: Int,
    stride: Int, target: FeatureMap?, observer: NormalizationGradientSums?, wantsFilter: Bool
  ) {
    self.input = input
    self.gradient = gradient
    self.weights = weights
    self.kernel = kernel
    self.stride = stride
    self.target = target
    self.observer = observer
    self.wantsFilter = wantsFilter
    bands = Bands(input.shape, kernel: kernel, step: 1)
  }

  /// Every band's sums of the filter's gradient, [band][tap][pixel stride], where they are wanted.
  @discardableResult
  func run(in context: EngineContext) -> UnsafeMutablePointer<Float> {
    let size = kernel * kernel * input.shape.pixelStride
    let sums = context.scratch(.filterSums, wantsFilter ? bands.bandCount * size : 0)
    let largest = bands[0]
    let patch = patch(largest)
    let pixels = context.workerScratch(
      .workerPixels, largest.rows.count * largest.width * largest.pixelStride)
    let gradients = context.workerScratch(
      .workerGradients, patch.height * patch.width * largest.pixelStride)
    let outputs = target.map { bands.outputs(to: $0, observer: observer, in: context) }
    context.threads.forEachWithWorker(bands.count) { index, worker in
      let band = bands[index]
      let window = outputs?.window(first: band.firstPixel, floats: band.floats, worker: worker)
      run(
        band, pixels(worker), gradients(worker), wantsFilter ? sums + band.index * size : nil,
        window, context.kernels)
      if let outputs, let window { outputs.finish(window, band.chunks) }
    }
    return sums
  }

  /// The output pixels that a band of input pixels meets: one at tap t of input pixel i lies at
  /// `(i + kernel / 2 - t) / stride`.
  private func patch(_ band: Bands.Band) -> Patch {
    let padding = kernel / 2
    let lowest = -(padding / stride)
    return Patch(
      rows: band.rows.lowerBound / stride
        + lowest..<(band.rows.upperBound - 1 + padding) / stride + 1,
      columns: lowest..<(band.width - 1 + padding) / stride + 1)
  }

  private func run(
    _ band: Bands.Band, _ pixels: UnsafeMutablePointer<Float>,
    _ gradients: UnsafeMutablePointer<Float>, _ sums: UnsafeMutablePointer<Float>?,
    _ window: OutputWindow?, _ kernels: KernelSet
  ) {
    let patch = patch(band)
    let row = input.shape.pixelStride
    patch.copy(
      gradient, image: band.image, floats: band.floats, to: gradients, stride: band.pixelStride,
      kernels: kernels)
    if wantsFilter {
      input.copy(
        PixelRun(
          image: band.image, first: band.rows.lowerBound * band.width,
          count: band.rows.count * band.width), floats: band.floats, to: pixels,
        stride: band.pixelStride, kernels: kernels)
    }
    kernels.depthwiseBackward(
      gradients, patch.width * band.pixelStride, band.pixelStride, band.floats.count, pixels,
      weights + band.floats.lowerBound, row, kernel,
      stride, band.rows.count, band.width, window?.elements, window?.stride ?? 0,
      sums.map { $0 + band.floats.lowerBound })
  }
}

/// Cuts the images of a map into bands of whole chunks, and a band into groups of channels, so that its pixels and
/// those of the other map that it meets stay in cache.
///
/// The cut depends on an image's size alone, since sums are taken band by band.
private struct Bands {
  /// Some rows and some floats of the pixels of an image.
  struct Band {
    /// The number of the band, the same for all its groups of channels.
    let index: Int
    let image: Int
    let rows, floats: Range<Int>
    let width, firstPixel: Int
    let chunks: Range<Int>

    /// Floats from one copied pixel to the next.
    var pixelStride: Int { spreadStride(channels: floats.count) }

    /// The source pixels of a forward window, with a border.
    func patch(kernel: Int, step: Int) -> Patch {
      let padding = kernel / 2
      return Patch(
        rows: rows.lowerBound * step - padding..<(rows.upperBound - 1) * step - padding + kernel,
        columns: -padding..<(width - 1) * step - padding + kernel)
    }
  }

  let plan: ChunkPlan
  private let chunksPerBand, bandsPerImage, groups, groupFloats: Int

  /// - Parameter step: rows of the other map for each row of this one, at most.
  init(_ shape: FeatureMap.Shape, kernel: Int, step: Int) {
    plan = ChunkPlan(shape)
    let rowBytes = (shape.width * step + kernel) * shape.pixelStride * 4
    let chunkBytes = (plan.rowsPerChunk * step + kernel) * rowBytes
    let wanted = (chunkBytes + BlockSizes.depthwiseBandBytes - 1) / BlockSizes.depthwiseBandBytes
    groupFloats = roundedUp((shape.pixelStride + wanted - 1) / wanted, to: 16)
    groups = (shape.pixelStride + groupFloats - 1) / groupFloats
    chunksPerBand = max(1, min(plan.chunksPerImage, BlockSizes.depthwiseBandBytes / chunkBytes))
    bandsPerImage = (plan.chunksPerImage + chunksPerBand - 1) / chunksPerBand
  }

  /// Bands of all images, and their groups.
  var bandCount: Int { plan.shape.images * bandsPerImage }
  var count: Int { bandCount * groups }

  /// Where the bands of a map are made.
  func outputs(
    to map: FeatureMap, observer: (any ChunkObserver)?, in context: EngineContext
  ) -> OutputMemory {
    OutputMemory(
      map, pixels: self[0].rows.count * self[0].width, floats: groupFloats, observer: observer,
      copies: true, in: context)
  }

  subscript(job: Int) -> Band {
    let (index, group) = (job / groups, job % groups)
    let first = index % bandsPerImage * chunksPerBand
    let last = min(first + chunksPerBand, plan.chunksPerImage) - 1
    let image = index / bandsPerImage
    let base = image * plan.chunksPerImage
    let start = group * groupFloats
    return Band(
      index: index, image: image,
      rows: plan.rows(of: first).lowerBound..<plan.rows(of: last).upperBound,
      floats: start..<min(start + groupFloats, plan.shape.pixelStride),
      width: plan.shape.width, firstPixel: plan.pixels(of: base + first).start,
      chunks: base + first..<base + last + 1)
  }
}
