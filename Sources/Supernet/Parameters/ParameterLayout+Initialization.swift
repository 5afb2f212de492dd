import Randomness

extension ParameterLayout {
  /// Fills a block with the parameters a network starts from.
  ///
  /// Filters are normal with variance 2 / fan-out (He et al., ICCV 2015), where fan-out is kernel * kernel *
  /// outputs at full width, and kernel * kernel for one filter a channel. Batch norm starts as the identity
  /// and the classifier uniform within 1 / sqrt(inputs) without bias. Gaps between arrays become 0.
  ///
  /// Every number is a function of the seed, its array's place and its own place in the array.
  ///
  /// - Parameters:
  ///   - block: `count` elements.
  ///   - seed: the run's seed.
  public func initialize(_ block: UnsafeMutableBufferPointer<Float>, seed: UInt64) {
    precondition(block.count == count, "the block has \(block.count) elements instead of \(count)")
    block.update(repeating: 0)
    for (place, tensor) in tensors.enumerated() {
      var stream = RandomStream(seed: seed, purpose: .initialization, step: place)
      for element in tensor.range {
        block[element] = tensor.initialValue(using: &stream)
      }
    }
  }
}

extension ParameterTensor {
  fileprivate func initialValue(using stream: inout RandomStream) -> Float {
    switch kind {
    case .convolutionWeight, .depthwiseWeight: stream.normal() * (2 / fanOut).squareRoot()
    case .normalizationScale: 1
    case .normalizationShift, .linearBias: 0
    case .linearWeight: (2 * stream.uniform() - 1) / Float(shape[0]).squareRoot()
    }
  }

  /// How many outputs one input of a filter reaches.
  private var fanOut: Float {
    Float(shape[0] * shape[1] * (kind == .convolutionWeight ? shape[3] : 1))
  }
}
