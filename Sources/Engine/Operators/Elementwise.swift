/// Addition of two feature maps, or activation of one, over all elements; bits do not depend on threads.
public struct Elementwise: Sendable {
  /// What follows the sum.
  public let activation: FusedActivation

  /// A sum or copy with this activation behind it.
  public init(activation: FusedActivation) {
    self.activation = activation
  }

  /// `output = activation(a + b)`.
  public func add(_ a: FeatureMap, _ b: FeatureMap, output: FeatureMap, in context: EngineContext) {
    precondition(a.shape == b.shape && a.shape == output.shape, "operands of a sum agree")
    forEachPiece(a.shape, in: context) { start, count in
      context.kernels.addActivate(
        a.elements + start, b.elements + start, count, activation.rawValue, output.elements + start)
    }
  }

  /// `output = activation(input)`.
  public func apply(_ input: FeatureMap, output: FeatureMap, in context: EngineContext) {
    precondition(input.shape == output.shape, "input and output agree")
    forEachPiece(input.shape, in: context) { start, count in
      context.kernels.activateAll(
        input.elements + start, count, activation.rawValue, output.elements + start)
    }
  }

  /// The gradient in front of the activation, from the gradient behind it and the output; in place allowed.
  public func backward(
    gradient: FeatureMap, output: FeatureMap, result: FeatureMap, in context: EngineContext
  ) {
    precondition(
      gradient.shape == output.shape && gradient.shape == result.shape, "gradient and output agree")
    forEachPiece(gradient.shape, in: context) { start, count in
      context.kernels.activationGradient(
        gradient.elements + start, output.elements + start, count, activation.rawValue,
        result.elements + start)
    }
  }

  /// `target += source`.
  public static func accumulate(
    _ source: FeatureMap, into target: FeatureMap, in context: EngineContext
  ) {
    precondition(source.shape == target.shape, "both terms of a sum agree")
    forEachPiece(source.shape, in: context) { start, count in
      context.kernels.addInto(target.elements + start, source.elements + start, count)
    }
  }

  private func forEachPiece(
    _ shape: FeatureMap.Shape, in context: EngineContext, _ body: (Int, Int) -> Void
  ) {
    Self.forEachPiece(shape, in: context, body)
  }

  private static func forEachPiece(
    _ shape: FeatureMap.Shape, in context: EngineContext, _ body: (Int, Int) -> Void
  ) {
    let piece = 1 << 15
    context.threads.forEach((shape.elements + piece - 1) / piece) { index in
      body(index * piece, min(piece, shape.elements - index * piece))
    }
  }
}
