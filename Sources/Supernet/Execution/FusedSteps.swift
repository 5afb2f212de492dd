/// Neighbouring steps that an inference pass takes in one operator: with given statistics no step has to wait for the whole
/// of a map.
package struct FusedSteps: Equatable, Sendable {
  package enum Kind: Equatable, Sendable {
    /// A convolution, depthwise or not, and its normalisation.
    case normalized
    /// A convolution, its normalisation, and the sum with another map that is there already.
    case residualSum
    /// A 1x1 layer, a depthwise window and another 1x1 layer, with the normalisations between them; the first layer is
    /// missing where the window is the first step.
    case invertedResidual(window: Int)
  }

  package let kind: Kind
  package let range: Range<Int>

  package init(kind: Kind, range: Range<Int>) {
    self.kind = kind
    self.range = range
  }

  /// What begins with each step, if anything does.
  static func all(of steps: ExecutionSteps) -> [FusedSteps?] {
    var found: [FusedSteps?] = []
    while found.count < steps.steps.count {
      let first = found.count
      let fused =
        invertedResidual(steps, first, window: first + 2)
        ?? invertedResidual(steps, first, window: first) ?? residualSum(steps, first)
        ?? normalized(steps, first)
      found.append(fused)
      // Steps inside begin nothing.
      for _ in 1..<(fused?.range.count ?? 1) { found.append(nil) }
    }
    return found
  }

  private static func invertedResidual(
    _ steps: ExecutionSteps, _ first: Int, window: Int
  ) -> FusedSteps? {
    let range = first..<window + 3
    guard isChain(steps, range), case .depthwiseConvolution = steps.steps[window].kind,
      isNormalization(steps, window + 1), isPointwise(steps.steps[window + 2]),
      window == first || isPointwise(steps.steps[first]) && isNormalization(steps, first + 1)
    else { return nil }
    return FusedSteps(kind: .invertedResidual(window: window), range: range)
  }

  private static func residualSum(_ steps: ExecutionSteps, _ first: Int) -> FusedSteps? {
    let range = first..<first + 3
    guard isChain(steps, range), case .convolution = steps.steps[first].kind,
      isNormalization(steps, first + 1), case .add = steps.steps[first + 2].kind
    else { return nil }
    return FusedSteps(kind: .residualSum, range: range)
  }

  private static func normalized(_ steps: ExecutionSteps, _ first: Int) -> FusedSteps? {
    let range = first..<first + 2
    guard isChain(steps, range), isNormalization(steps, first + 1) else { return nil }
    switch steps.steps[first].kind {
    case .convolution, .depthwiseConvolution: return FusedSteps(kind: .normalized, range: range)
    default: return nil
    }
  }

  /// Whether there are such steps, and each of them alone reads, once, what the one in front of it writes.
  private static func isChain(_ steps: ExecutionSteps, _ range: Range<Int>) -> Bool {
    range.upperBound <= steps.steps.count
      && range.dropFirst().allSatisfy { steps.followsAlone[$0] }
  }

  /// Whether a step is a normalisation that its readers apply.
  private static func isNormalization(_ steps: ExecutionSteps, _ index: Int) -> Bool {
    guard case .batchNormalization = steps.steps[index].kind else { return false }
    return steps.isDeferred(steps.steps[index])
  }

  private static func isPointwise(_ step: ExecutionStep) -> Bool {
    if case .convolution(1, 1) = step.kind { true } else { false }
  }
}
