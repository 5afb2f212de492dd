/// Stochastic gradient descent with momentum, as PyTorch's SGD without dampening.
///
/// Sutskever et al., ICML 2013.
public struct MomentumSGD: Hashable, Sendable {
  /// The factor of the old velocity.
  public let momentum: Float
  /// Whether the step looks ahead (Nesterov).
  public let nesterov: Bool

  /// An optimiser without state of its own.
  public init(momentum: Float, nesterov: Bool) {
    self.momentum = momentum
    self.nesterov = nesterov
  }

  /// Updates one run of parameters in place.
  ///
  /// - Parameters:
  ///   - range: which elements of the three equally long blocks.
  ///   - rate: the learning rate.
  ///   - decay: weight decay, added to the gradient as `decay * weight`.
  public func step(
    weights: UnsafeMutablePointer<Float>, momenta: UnsafeMutablePointer<Float>,
    gradients: UnsafePointer<Float>, range: Range<Int>, rate: Float, decay: Float,
    in context: EngineContext
  ) {
    let piece = 1 << 14
    context.threads.forEach((range.count + piece - 1) / piece) { index in
      let start = range.lowerBound + index * piece
      context.kernels.momentumStep(
        weights + start, momenta + start, gradients + start, min(piece, range.upperBound - start),
        rate, momentum, decay, nesterov)
    }
  }
}
