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
      moments: moments, in: context)
    return moments.statistics(shards: shards, in: context)
  }

  /// Filters every channel of `input` on its own.
  public func forward(
    _ input: Operand, weights: UnsafePointer<Float>, fullChannels: Int, channels: ChannelSlice,
    output: FeatureMap, in context: EngineContext
  ) {
    forward(
      input, weights: weights, fullChannels: fullChannels, channels: channels, output: output,
      moments: nil, in: context)
  }

  private func forward(
    _ input: Operand, weights: UnsafePointer<Float>, fullChannels: Int, channels: ChannelSlice,
    output: FeatureMap, moments: ChunkMoments?, in context: EngineContext
  ) {
    checkShapes(input.shape, output.shape, channels)
    let row = input.shape.pixelStride
    let packed = pack(weights, fullChannels, channels, row, reversed: false, in: context)
    let bands = Bands(output.shape, step: stride, kernel: kernel)
    let memory = context.workerScratch(.workerPixels, bands.patchFloats)
    let kernels = context.kernels
    context.threads.forEachWithWorker(bands.count) { index, worker in
      let band = bands[index]
      let patch = band.patch(kernel: kernel, step: stride)
      let pixels = memory(worker)
      let width = band.floats.count
      patch.copy(
        input, image: band.image, floats: band.floats, to: pixels, stride: width, kernels: kernels)
      kernels.depthwiseRows(
        pixels, patch.width * width, width, packed + band.floats.lowerBound, row, kernel, stride,
        output.elements + band.firstPixel * row + band.floats.lowerBound, row, band.rows.count,
        output.shape.width)
      guard let moments else { return }
      for chunk in band.chunks { moments.take(chunk, of: output, floats: band.floats) }
    }
  }

  /// Carries the gradient back to the input: the gradient, with zeros between pixels where the stride is 2,
  /// filtered by the window turned by 180 degrees.
  public func backwardData(
    _ outputGradient: FeatureMap, weights: UnsafePointer<Float>, fullChannels: Int,
    channels: ChannelSlice, inputGradient: FeatureMap, in context: EngineContext
  ) {
    checkShapes(inputGradient.shape, outputGradient.shape, channels)
    let row = inputGradient.shape.pixelStride
    let packed = pack(weights, fullChannels, channels, row, reversed: true, in: context)
    let bands = Bands(inputGradient.shape, step: 1, kernel: kernel)
    let memory = context.workerScratch(.workerPixels, bands.patchFloats)
    let kernels = context.kernels
    context.threads.forEachWithWorker(bands.count) { index, worker in
      let band = bands[index]
      let patch = band.patch(kernel: kernel, step: 1)
      let pixels = memory(worker)
      if stride == 1 {
        patch.copy(
          Operand(outputGradient), image: band.image, floats: band.floats, to: pixels,
          stride: band.floats.count, kernels: kernels)
      } else {
        patch.copyDilated(
          outputGradient, image: band.image, floats: band.floats, to: pixels, kernels: kernels)
      }
      let width = band.floats.count
      kernels.depthwiseRows(
        pixels, patch.width * width, width, packed + band.floats.lowerBound, row, kernel, 1,
        inputGradient.elements + band.firstPixel * row + band.floats.lowerBound, row,
        band.rows.count, inputGradient.shape.width)
    }
  }

  /// Adds the filter's gradient, shard by shard, to full-size gradients.
  ///
  /// - Parameters:
  ///   - outputGradient: what is pending on it has been carried out afterwards, in place.
  ///   - gradients: for each shard (an equal run of images), where the full filter's gradient starts.
  public func backwardFilter(
    _ input: Operand, _ outputGradient: GradientOperand, fullChannels: Int,
    channels: ChannelSlice, addingTo gradients: [UnsafeMutablePointer<Float>],
    in context: EngineContext
  ) {
    precondition(input.shape.images % gradients.count == 0, "every shard has as many images")
    checkShapes(input.shape, outputGradient.shape, channels)
    let row = input.shape.pixelStride
    let kernels = context.kernels
    let bands = Bands(outputGradient.shape, step: stride, kernel: kernel)
    let memory = context.workerScratch(.workerPixels, bands.patchFloats)
    let size = taps * row
    let sums = context.scratch(.filterSums, bands.bandCount * size)
    context.threads.forEachWithWorker(bands.count) { index, worker in
      let band = bands[index]
      let patch = band.patch(kernel: kernel, step: stride)
      let pixels = memory(worker)
      let width = band.floats.count
      outputGradient.resolve(
        image: band.image, rows: band.rows, floats: band.floats, kernels: kernels)
      patch.copy(
        input, image: band.image, floats: band.floats, to: pixels, stride: width, kernels: kernels)
      kernels.depthwiseGradient(
        pixels, patch.width * width, width, kernel, stride,
        outputGradient.map.elements + band.firstPixel * row + band.floats.lowerBound, row,
        band.rows.count, outputGradient.shape.width,
        sums + band.index * size + band.floats.lowerBound)
    }
    let perShard = bands.bandCount / gradients.count
    context.threads.forEach(gradients.count * taps) { job in
      let (shard, tap) = (job / taps, job % taps)
      let total = sums + shard * perShard * size + tap * row
      for band in 1..<max(1, perShard) { kernels.addInto(total, total + band * size, row) }
      channels.add(total, to: gradients[shard] + tap * fullChannels, kernels: kernels)
    }
  }

  /// The slice of the filter as [tap][pixel stride].
  private func pack(
    _ weights: UnsafePointer<Float>, _ fullChannels: Int, _ channels: ChannelSlice, _ row: Int,
    reversed: Bool, in context: EngineContext
  ) -> UnsafePointer<Float> {
    let packed = context.scratch(.panels, taps * row)
    for tap in 0..<taps {
      let place = packed + (reversed ? taps - 1 - tap : tap) * row
      channels.copy(weights + tap * fullChannels, from: 0, count: row, to: place)
    }
    return UnsafePointer(packed)
  }

  private func checkShapes(
    _ input: FeatureMap.Shape, _ output: FeatureMap.Shape, _ channels: ChannelSlice
  ) {
    precondition(
      output == outputShape(for: input) && channels.count == input.channels,
      "feature maps and slice agree")
  }
}

/// Cuts the images of a target into bands of whole chunks, and a band into groups of channels, whose source pixels
/// stay in cache.
///
/// The cut depends on an image's size alone, for sums are taken band by band.
private struct Bands {
  /// Some rows and some floats of the pixels of an image.
  struct Band {
    /// The number of the band, the same for all its groups of channels.
    let index: Int
    let image: Int
    let rows, floats: Range<Int>
    let width, firstPixel: Int
    let chunks: Range<Int>

    /// The source pixels, with a border.
    func patch(kernel: Int, step: Int) -> Patch {
      let padding = kernel / 2
      return Patch(
        rows: rows.lowerBound * step - padding..<(rows.upperBound - 1) * step - padding + kernel,
        columns: -padding..<(width - 1) * step - padding + kernel)
    }
  }

  private let plan: ChunkPlan
  private let step, kernel, chunksPerBand, bandsPerImage, groups, groupFloats: Int

  /// Bytes of a band: a part of the second-level cache.
  ///
  /// Channels are divided only where one chunk needs more, since memory is best read in long pieces.
  private static let bandBytes = 384 << 10

  init(_ target: FeatureMap.Shape, step: Int, kernel: Int) {
    plan = ChunkPlan(target)
    self.step = step
    self.kernel = kernel
    let rowBytes = (target.width * step + kernel) * target.pixelStride * 4
    let chunkBytes = (plan.rowsPerChunk * step + kernel) * rowBytes
    let wanted = (chunkBytes + Self.bandBytes - 1) / Self.bandBytes
    groupFloats = roundedUp((target.pixelStride + wanted - 1) / wanted, to: 16)
    groups = (target.pixelStride + groupFloats - 1) / groupFloats
    chunksPerBand = max(1, min(plan.chunksPerImage, Self.bandBytes / chunkBytes))
    bandsPerImage = (plan.chunksPerImage + chunksPerBand - 1) / chunksPerBand
  }

  /// Bands of all images, and their groups.
  var bandCount: Int { plan.shape.images * bandsPerImage }
  var count: Int { bandCount * groups }

  /// Floats of the largest patch.
  var patchFloats: Int {
    let patch = self[0].patch(kernel: kernel, step: step)
    return patch.height * patch.width * self[0].floats.count
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

extension Patch {
  /// Writes a map with a pixel and a row of zeros between neighbours.
  fileprivate func copyDilated(
    _ map: FeatureMap, image: Int, floats: Range<Int>, to target: UnsafeMutablePointer<Float>,
    kernels: KernelSet
  ) {
    let row = map.shape.pixelStride
    let stride = floats.count
    target.update(repeating: 0, count: height * width * stride)
    for line in rows where line >= 0 && line % 2 == 0 && line / 2 < map.shape.height {
      kernels.copyPixels(
        map.elements + (image * map.shape.height + line / 2) * map.shape.width * row
          + floats.lowerBound, map.shape.width, row, stride,
        target + ((line - rows.lowerBound) * width - columns.lowerBound) * stride, 2 * stride)
    }
  }
}

extension ChannelSlice {
  /// Adds a dense row to the slice's places in a full row.
  func add(
    _ dense: UnsafePointer<Float>, to full: UnsafeMutablePointer<Float>, kernels: KernelSet
  ) {
    var source = dense
    for span in spans {
      kernels.addInto(full + span.start, source, span.count)
      source += span.count
    }
  }
}
