import Runs

/// A small network's state that can be told apart from that of every other seed.
struct SampleState: Equatable {
  struct Progress: Codable, Equatable {
    var epoch: Int
    var best: Double
  }

  var parameters: [Float]
  var bias: [Float]
  var momentum: [Float]
  var progress: Progress

  init(seed: Int) {
    parameters = (0..<15).map { Float(seed) + Float($0) / 16 }
    bias = [Float(-seed)]
    momentum = (0..<15).map { Float(seed) * Float($0) }
    progress = Progress(epoch: seed, best: .infinity)
  }

  func save(
    in store: CheckpointStore, phase: String = "train", step: Int
  ) throws(RunError) {
    try parameters.withUnsafeBufferPointer { (parameters) throws(RunError) in
      try bias.withUnsafeBufferPointer { (bias) throws(RunError) in
        try momentum.withUnsafeBufferPointer { (momentum) throws(RunError) in
          let groups = [
            TensorGroup(
              name: "parameters",
              tensors: [
                NamedTensor(name: "layer1.weight", shape: [3, 5], values: parameters),
                NamedTensor(name: "layer1.bias", shape: [], values: bias),
              ]),
            TensorGroup(
              name: "momentum",
              tensors: [NamedTensor(name: "layer1.weight", shape: [3, 5], values: momentum)]),
          ]
          try store.save(phase: phase, step: step, groups: groups, state: progress)
        }
      }
    }
  }

  static func load(_ checkpoint: Checkpoint) throws(RunError) -> SampleState {
    var state = SampleState(seed: -1)
    try state.parameters.withUnsafeMutableBufferPointer { (values) throws(RunError) in
      try checkpoint.load(
        "parameters",
        into: [TensorDestination(name: "layer1.weight", shape: [3, 5], values: values)])
    }
    try state.bias.withUnsafeMutableBufferPointer { (values) throws(RunError) in
      try checkpoint.load(
        "parameters", into: [TensorDestination(name: "layer1.bias", shape: [], values: values)])
    }
    try state.momentum.withUnsafeMutableBufferPointer { (values) throws(RunError) in
      try checkpoint.load(
        "momentum", into: [TensorDestination(name: "layer1.weight", shape: [3, 5], values: values)])
    }
    state.progress = try checkpoint.state(as: Progress.self)
    return state
  }
}

/// The error of a call that must fail.
func failure<Value>(of body: () throws(RunError) -> Value) -> RunError? {
  do throws(RunError) {
    _ = try body()
    return nil
  } catch {
    return error
  }
}
