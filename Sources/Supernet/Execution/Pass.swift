import Engine

/// What the steps of one pass share.
final class Pass {
  let subnet: Subnet
  let schedule: Schedule
  let base: AlignedStorage<Float>
  let parameters: UnsafePointer<Float>
  /// Where weights stay packed from pass to pass; none where they change in between.
  private let weights: SubnetWeights?
  /// By value: what its readers apply to it.
  var pending: [Int: PendingNormalization] = [:]
  /// By value: statistics that its writer took.
  var statistics: [Int: [ChannelStatistics]] = [:]
  /// By value: what the first reader of its gradient carries out.
  var pendingGradients: [Int: PendingNormalizationGradient] = [:]
  /// The sums of the normalisation whose backward pass comes next, where the writer of its gradient took them.
  var gradientSums: NormalizationGradientSums?

  init(
    subnet: Subnet, schedule: Schedule, base: AlignedStorage<Float>,
    parameters: UnsafePointer<Float>, keeping weights: SubnetWeights? = nil
  ) {
    self.subnet = subnet
    self.schedule = schedule
    self.base = base
    self.parameters = parameters
    self.weights = weights
  }

  /// The packed weights of the operator that takes some steps.
  func keptWeights(_ steps: Range<Int>) -> KeptWeights? { weights?.layer(steps, of: subnet) }

  /// The packed weights of one step.
  func keptWeights(_ step: Int) -> KeptWeights? { keptWeights(step..<step + 1) }

  /// A value as its readers see it.
  func operand(_ value: Int) -> Operand {
    Operand(map(schedule.values[value]), pending: pending[value])
  }

  func map(_ buffer: Schedule.Buffer) -> FeatureMap {
    FeatureMap(buffer.shape, in: base, at: buffer.place)
  }

  func state(ofStep index: Int, shards: Int, shape: FeatureMap.Shape) -> NormalizationState {
    guard let place = schedule.states[index] else {
      preconditionFailure("step \(index) is no batch normalisation")
    }
    return NormalizationState(in: base, at: place, shards: shards, shape: shape)
  }
}

/// Whose statistics a batch normalisation uses.
enum Normalizing {
  case batch(shards: Int)
  case given(() -> ChannelStatistics)
}
