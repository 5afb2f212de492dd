/// `output = activation(a + b)`, chunk by chunk: of two whole maps, or while the writer of `a` has it in cache.
///
/// The output may lie where either term lies. One that no cache holds is written past them, unless it lies where the first
/// term was just written.
public struct ResidualSum: ChunkObserver, @unchecked Sendable {
  let plan: ChunkPlan
  var readsAnotherMap: Bool { true }
  var writesMap: Bool { true }
  let a: Operand
  private let b: Operand
  let output: FeatureMap
  private let bounds: [Float]
  /// Factors that change nothing, for a term on which nothing is pending: a row of ones and one of zeros.
  private let plain: AlignedStorage<Float>
  private let streams: Bool
  private let kernels: KernelSet

  /// A sum that is not taken yet.
  ///
  /// - Parameters:
  ///   - a: the term that an operator writes while the sum is taken, or a finished one.
  ///   - b: the finished term.
  ///   - activation: what follows the sum.
  public init(
    _ a: Operand, _ b: Operand, activation: FusedActivation, output: FeatureMap,
    in context: EngineContext
  ) {
    precondition(a.shape == b.shape && a.shape == output.shape, "operands of a sum agree")
    let row = output.shape.pixelStride
    plain = AlignedStorage(count: 2 * row)
    plain.pointer.update(repeating: 1, count: row)
    self.a = a
    self.b = b
    self.output = output
    bounds = a.bounds + b.bounds + activation.bounds
    plan = ChunkPlan(output.shape)
    streams = context.streams(output.shape)
    kernels = context.kernels
  }

  /// Adds `b` to some floats of a chunk of `a`, which lie in the map or elsewhere.
  func take(_ chunk: Int, _ pixels: UnsafePointer<Float>, stride: Int, floats: Range<Int>) {
    let row = output.shape.pixelStride
    let (start, count) = plan.pixels(of: chunk)
    let first = floats.lowerBound
    let place = start * row + first
    let image = plan.image(of: chunk)
    let nothing = (UnsafePointer(plain.pointer), UnsafePointer(plain.pointer + row))
    let (scaleA, shiftA) = a.factors(ofImage: image) ?? nothing
    let (scaleB, shiftB) = b.factors(ofImage: image) ?? nothing
    let target = output.elements + place
    kernels.addActivate(
      pixels, stride, scaleA + first, shiftA + first, b.map.elements + place, scaleB + first,
      shiftB + first, bounds, count, row, floats.count, target, streams && pixels != target)
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
