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
    precondition(a.shape == b.shape && a.shape == output.shape, "operands of a sum agree")
    let shape = output.shape
    let row = shape.pixelStride
    let plain = context.scratch(.pixels, 2 * row)
    plain.update(repeating: 1, count: row)
    (plain + row).update(repeating: 0, count: row)
    let nothing = (UnsafePointer(plain), UnsafePointer(plain + row))
    let bounds = a.bounds + b.bounds + activation.bounds
    let chunks = ChunkPlan(shape)
    context.threads.forEach(chunks.count) { chunk in
      let pixels = chunks.pixels(of: chunk)
      let image = chunks.image(of: chunk)
      let (scaleA, shiftA) = a.factors(ofImage: image) ?? nothing
      let (scaleB, shiftB) = b.factors(ofImage: image) ?? nothing
      context.kernels.addActivate(
        a.map.elements + pixels.start * row, scaleA, shiftA, b.map.elements + pixels.start * row,
        scaleB, shiftB, bounds, pixels.count, row, output.elements + pixels.start * row)
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

extension FusedActivation {
  /// The lowest and the highest value that it lets pass.
  fileprivate var bounds: [Float] {
    switch self {
    case .none: [-.infinity, .infinity]
    case .relu: [0, .infinity]
    case .relu6: [0, 6]
    }
  }
}

extension Operand {
  /// The lowest and the highest value that the pending activation lets pass.
  fileprivate var bounds: [Float] { (pending?.activation ?? .none).bounds }

  /// What is pending for an image: scale and shift of every channel.
  fileprivate func factors(ofImage image: Int) -> (UnsafePointer<Float>, UnsafePointer<Float>)? {
    guard let pending else { return nil }
    let offset = shape.shard(ofImage: image, of: pending.shards) * shape.pixelStride
    return (pending.scale + offset, pending.shift + offset)
  }
}
