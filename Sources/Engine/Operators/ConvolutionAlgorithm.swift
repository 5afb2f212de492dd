/// How convolutions are computed that can be computed in several ways.
public enum ConvolutionChoice: String, CaseIterable, Codable, Sendable {
  /// Whatever is fastest, by a measured table; the table knows a layer's sizes and nothing of the machine, so
  /// results do not depend on where they were computed.
  case auto
  /// Sums of products, in the order of taps and channels.
  case direct
  /// Winograd's F(4x4, 3x3) wherever it applies: kernel 3, stride 1.
  case winograd
}

/// Which of a convolution's three products.
enum ConvolutionPass {
  case forward, backwardData, backwardFilter
}

/// One convolution as the choice of its algorithm sees it; how many images there are must not matter.
struct ConvolutionLayer {
  let kernel, stride, height, width, inputs, outputs: Int

  /// Whether to compute a pass by Winograd's transforms.
  func usesWinograd(_ pass: ConvolutionPass, _ choice: ConvolutionChoice) -> Bool {
    guard kernel == 3 && stride == 1 else { return false }
    switch choice {
    case .direct: return false
    case .winograd: return true
    case .auto: return gain(pass)
    }
  }

  /// The measured table: transforms cost time a channel, products save time a pair of channels, and tiles that
  /// stick out of small images waste both.
  private func gain(_ pass: ConvolutionPass) -> Bool {
    let tiles = (height + 3) / 4 * ((width + 3) / 4)
    let filled = Double(height * width) / Double(16 * tiles)
    let fewest = min(inputs, outputs)
    switch pass {
    case .forward, .backwardData: return fewest >= 16 && filled >= 0.5
    case .backwardFilter: return fewest >= 16 && filled >= 0.6
    }
  }
}
