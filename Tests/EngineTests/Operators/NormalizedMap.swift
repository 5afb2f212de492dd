import Engine
import TestSupport

extension Workbench {
  /// A map, and what a batch normalisation of so many shards leaves pending on it.
  func normalized(
    _ shape: FeatureMap.Shape, _ activation: FusedActivation, shards: Int = 1, seed: Int
  ) -> Operand {
    let map = map(
      shape, seededNumbers(shape.pixels * shape.channels, seed: seed).map { 3 * $0 + 1 })
    return BatchNormalization(activation: activation).forward(
      map, statistics: BatchNormalization.statistics(of: map, shards: shards, in: context),
      gamma: block(seededNumbers(shape.channels, seed: seed + 1).map { 4 * $0 }),
      beta: block(seededNumbers(shape.channels, seed: seed + 2).map { 2 * $0 + 2 }),
      channels: ChannelSlice(0..<shape.channels), state: state(shards: shards, shape: shape))
  }
}
