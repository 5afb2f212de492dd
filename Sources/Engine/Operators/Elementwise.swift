/// Addition of two feature maps, or activation of one, over all elements; bits do not depend on threads.
public struct Elementwise: Sendable {
  /// What follows the sum.
  public let activation: FusedActivation

  /// A sum or copy with this activation behind it.
  public init(activation: FusedActivation) {
    self.activation = activation
  }

  /// `output = activation(a + b)`.
  public func add(_ a: Operand, _ b: Operand, output: FeatureMap, in context: EngineContext) {
    let sum = ResidualSum(a, b, activation: activation, output: output, in: context)
    context.threads.forEach(sum.plan.count) { chunk in
      sum.take(chunk, of: a.map, floats: 0..<a.shape.pixelStride)
    }
  }

  /// `output = activation(input)`.
  public func apply(_ input: FeatureMap, output: FeatureMap, in context: EngineContext) {
    precondition(input.shape == output.shape, "input and output agree")
    Self.forEachPiece(input.shape, in: context) { start, count in
      context.kernels.activateAll(
        input.elements + start, count, activation.rawValue, output.elements + start)
    }
  }

  /// The gradient in front of the activation, from the gradient behind it and the output; in place allowed.
  ///
  /// - Parameter sums: takes the sums of a normalisation in front of the addition while the result is in cache.
  public func backward(
    gradient: FeatureMap, output: FeatureMap, result: FeatureMap,
    sums: NormalizationGradientSums? = nil, in context: EngineContext
  ) {
    precondition(
      gradient.shape == output.shape && gradient.shape == result.shape, "gradient and output agree")
    let row = result.shape.pixelStride
    let chunks = ChunkPlan(result.shape)
    context.threads.forEach(chunks.count) { chunk in
      let pixels = chunks.pixels(of: chunk)
      let start = pixels.start * row
      context.kernels.activationGradient(
        gradient.elements + start, output.elements + start, pixels.count * row,
        activation.rawValue, result.elements + start)
      sums?.take(chunk, of: result, floats: 0..<row)
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

  private static func forEachPiece(
    _ shape: FeatureMap.Shape, in context: EngineContext, _ body: (Int, Int) -> Void
  ) {
    let piece = 1 << 15
    context.threads.forEach((shape.elements + piece - 1) / piece) { index in
      body(index * piece, min(piece, shape.elements - index * piece))
    }
  }
}
