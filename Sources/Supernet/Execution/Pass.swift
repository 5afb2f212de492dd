import Engine

/// What the steps of one pass share.
struct Pass {
  let subnet: Subnet
  let schedule: Schedule
  let base: AlignedStorage<Float>
  let parameters: UnsafePointer<Float>

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
