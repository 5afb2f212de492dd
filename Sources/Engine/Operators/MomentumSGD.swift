/// Stochastic gradient descent with momentum, as PyTorch's SGD without dampening.
///
/// Sutskever et al., ICML 2013.
public struct MomentumSGD: Hashable, Sendable {
  /// The factor of the old velocity.
  public let momentum: Float
  /// Whether the step looks ahead (Nesterov).
  public let nesterov: Bool
  /// The largest size of a gradient's values; what is beyond is cut to it.
  public let clipValue: Float

  /// An optimiser without state of its own.
  public init(momentum: Float, nesterov: Bool, clipValue: Float = .infinity) {
    precondition(clipValue > 0, "gradients cut to \(clipValue) move nothing")
    self.momentum = momentum
    self.nesterov = nesterov
    self.clipValue = clipValue
  }

  /// Updates one run of parameters in place.
  ///
  /// - Parameters:
  ///   - gradients: cut in place before anything else.
  ///   - range: which elements of the three equally long blocks.
  ///   - rate: the learning rate.
  ///   - decay: weight decay, added to the gradient as `decay * weight`.
  public func step(
    weights: UnsafeMutablePointer<Float>, momenta: UnsafeMutablePointer<Float>,
    gradients: UnsafeMutablePointer<Float>, range: Range<Int>, rate: Float, decay: Float,
    in context: EngineContext
  ) {
    let piece = 1 << 14
    context.threads.forEach((range.count + piece - 1) / piece) { index in
      let start = range.lowerBound + index * piece
      let count = min(piece, range.upperBound - start)
      clip(gradients + start, count)
      context.kernels.momentumStep(
        weights + start, momenta + start, gradients + start, count, rate, momentum, decay, nesterov)
    }
  }

  private func clip(_ gradients: UnsafeMutablePointer<Float>, _ count: Int) {
    if clipValue == .infinity { return }
    for place in 0..<count {
      // What is no number stays none, so that the next loss shows it.
      if gradients[place] > clipValue { gradients[place] = clipValue }
      if gradients[place] < -clipValue { gradients[place] = -clipValue }
    }
  }
}
