import Engine
import Runs
import Supernet

/// What a checkpoint says beside its tensors.
public struct TrainerState: Codable, Equatable, Sendable {
  /// The network, for a reader of the file.
  public let network: String
  /// Steps of the whole training.
  public let totalSteps: Int
  /// The least losses of each width, where the training keeps them.
  public let records: LossRecords?
}

extension Trainer {
  /// Saves parameters, momenta and records; for one rank, since all hold the same.
  public func save(to store: CheckpointStore) throws(RunError) {
    try store.save(
      phase: phase, step: step,
      groups: [
        TensorGroup(name: "parameters", tensors: layout.views(of: parameters)),
        TensorGroup(name: "momentum", tensors: layout.views(of: momenta)),
      ],
      state: TrainerState(
        network: space.architecture.name, totalSteps: totalSteps, records: records))
  }

  /// Takes parameters, momenta and records from a checkpoint; `resume(at:)` then tells the other ranks.
  ///
  /// - Throws: `mismatch` when the checkpoint is of another network, of a training of another length, or keeps other
  ///   records.
  public func load(_ checkpoint: Checkpoint) throws(RunError) {
    let state = try checkpoint.state(as: TrainerState.self)
    guard state.totalSteps == totalSteps else {
      throw .mismatch(
        path: checkpoint.path,
        reason: "it is of a training of \(state.totalSteps) steps and this one has \(totalSteps)")
    }
    let saved = state.records
    guard saved?.settings == records?.settings, saved?.choices == records?.choices else {
      throw .mismatch(
        path: checkpoint.path, reason: "it holds other records of losses than this training keeps")
    }
    try checkpoint.load("parameters", into: layout.destinations(in: parameters))
    try checkpoint.load("momentum", into: layout.destinations(in: momenta))
    records = saved
  }
}

extension ParameterLayout {
  /// The named tensors of a flat block, for saving.
  public func views(of block: AlignedStorage<Float>) -> [NamedTensor] {
    tensors.map { tensor in
      NamedTensor(
        name: tensor.name, shape: tensor.shape,
        values: UnsafeBufferPointer(
          start: block.pointer + tensor.range.lowerBound, count: tensor.range.count))
    }
  }

  /// The named places of a flat block, for loading.
  public func destinations(in block: AlignedStorage<Float>) -> [TensorDestination] {
    tensors.map { tensor in
      TensorDestination(
        name: tensor.name, shape: tensor.shape,
        values: UnsafeMutableBufferPointer(
          start: block.pointer + tensor.range.lowerBound, count: tensor.range.count))
    }
  }
}
