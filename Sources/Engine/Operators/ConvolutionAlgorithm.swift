/// How convolutions are computed that can be computed in several ways.
public enum ConvolutionChoice: String, CaseIterable, Codable, Sendable {
  /// Whatever is fastest, by a measured table; the table knows a layer's sizes and nothing of the machine, so
  /// results do not depend on where they were computed.
  case auto
  /// Sums of products, in the order of taps and channels.
  case direct
  /// Winograd's F(4x4, 3x3) wherever it applies: kernel 3, stride 1, a map that is not dense.
  case winograd
}

/// One convolution as the choice of its algorithm sees it; how many images there are must not matter.
struct ConvolutionLayer {
  let kernel, stride, height, width, inputs, outputs: Int
  /// Whether pixels of the input have no padding, which the transforms need.
  let isDense: Bool

  /// Whether to compute its three products by Winograd's transforms.
  func usesWinograd(_ choice: ConvolutionChoice) -> Bool {
    guard kernel == 3 && stride == 1 && !isDense else { return false }
    switch choice {
    case .direct: return false
    case .winograd: return true
    case .auto: return Self.gains.contains { fewestChannels >= $0.channels && filled >= $0.filled }
    }
  }

  /// Where the transforms pay: with at least so many channels on either side, in maps that fill at least so much of
  /// their tiles.
  ///
  /// Transforms cost time a channel and products save time a pair of channels; tiles that stick out of small maps
  /// waste both. Measured for all three passes on two Zen 4 cores over `Benchmarks/Shapes/winograd.csv`: of whole
  /// tiles 16 channels gain nothing or a fifth, 24 a third, 32 half, 64 twice; maps of 9x9 fill 0.56 of theirs.
  private static let gains: [(channels: Int, filled: Double)] = [
    (16, 0.9), (24, 0.78), (32, 0.7), (64, 0.5),
  ]

  private var fewestChannels: Int { min(inputs, outputs) }

  /// The part of its tiles' pixels that are in the map.
  private var filled: Double {
    let tiles = (height + 3) / 4 * ((width + 3) / 4)
    return Double(height * width) / Double(16 * tiles)
  }
}
