/// Neighbouring steps that an inference pass takes in one operator: with given statistics no step has to wait for the whole
/// of a map.
package struct FusedSteps: Sendable {
  package enum Kind: Hashable, Sendable {
    /// A convolution, its normalisation and the sum of it and of what lies there already.
    case residualSum
    /// A depthwise window between two 1x1 layers; the first may be missing.
    case invertedResidual(isExpanded: Bool)
  }

  package let kind: Kind
  package let range: Range<Int>

  /// What begins with each step, if anything does.
  static func all(of steps: ExecutionSteps) -> [FusedSteps?] {
    var found: [FusedSteps?] = []
    while found.count < steps.steps.count {
      let first = found.count
      let fused =
        invertedResidual(steps, first, isExpanded: true)
        ?? invertedResidual(steps, first, isExpanded: false) ?? residualSum(steps, first)
      found.append(fused)
      // Steps inside begin nothing.
      for _ in 1..<(fused?.range.count ?? 1) { found.append(nil) }
    }
    return found
  }

  private static func invertedResidual(
    _ steps: ExecutionSteps, _ first: Int, isExpanded: Bool
  ) -> FusedSteps? {
    let range = first..<first + (isExpanded ? 5 : 3)
    guard range.upperBound <= steps.steps.count, isChain(steps, range),
      let window = isExpanded ? range.dropFirst(2).first : first,
      case .depthwiseConvolution = steps.steps[window].kind,
      isPointwise(steps.steps[range.upperBound - 1]),
      !isExpanded || isPointwise(steps.steps[first]) && isNormalization(steps, first + 1),
      isNormalization(steps, window + 1)
    else { return nil }
    return FusedSteps(kind: .invertedResidual(isExpanded: isExpanded), range: range)
  }

  private static func residualSum(_ steps: ExecutionSteps, _ first: Int) -> FusedSteps? {
    let range = first..<first + 3
    guard range.upperBound <= steps.steps.count, isChain(steps, range),
      case .convolution = steps.steps[first].kind, isNormalization(steps, first + 1),
      case .add = steps.steps[first + 2].kind
    else { return nil }
    return FusedSteps(kind: .residualSum, range: range)
  }

  /// Whether each step alone reads what the one in front of it writes.
  private static func isChain(_ steps: ExecutionSteps, _ range: Range<Int>) -> Bool {
    range.dropLast().allSatisfy { index in
      let value = steps.steps[index].output
      let reads = steps.steps.flatMap(\.inputs).count { $0 == value }
      return reads == 1 && steps.steps[index + 1].inputs.contains(value)
    }
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
