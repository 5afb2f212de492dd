/// Tensors that are saved in one file, such as all parameters or all momenta.
public struct TensorGroup {
  /// The file is called `<name>.safetensors`.
  public let name: String
  /// In the order in which they are saved.
  public let tensors: [NamedTensor]

  /// Tensors for one file.
  public init(name: String, tensors: [NamedTensor]) {
    self.name = name
    self.tensors = tensors
  }

  static func fileName(_ name: String) -> String { "\(name).safetensors" }
}

/// A saved state whose files have been compared with their digests.
public struct Checkpoint: Equatable, Sendable {
  static let stateFile = "state.json"

  /// Its folder.
  public let path: String
  /// What the run was doing, for example `supernet`.
  public let phase: String
  /// How many steps of the phase were done.
  public let step: Int

  /// Copies a group's values into memory by name.
  ///
  /// - Throws: `mismatch`, with no value changed, when a name is missing or a shape is another.
  public func load(_ group: String, into destinations: [TensorDestination]) throws(RunError) {
    try reader(of: group).read(into: destinations)
  }

  /// The state that was saved beside the tensors.
  public func state<State: Decodable>(as type: State.Type) throws(RunError) -> State {
    let file = "\(path)/\(Self.stateFile)"
    guard let state = decodeJSON(type, from: try readFile(file)) else {
      throw .mismatch(path: file, reason: "it is not a \(type)")
    }
    return state
  }

  /// What `parameterDigest(of:)` gave for the group when it was saved.
  public func parameterDigest(of group: String) throws(RunError) -> String {
    try reader(of: group).parameterDigest()
  }

  /// The group's file, for its list of tensors.
  public func reader(of group: String) throws(RunError) -> SafetensorsReader {
    try SafetensorsReader("\(path)/\(TensorGroup.fileName(group))")
  }
}

/// Where to go on, and what the user should know about it.
public struct Recovery: Equatable, Sendable {
  /// The newest one that is whole.
  public let checkpoint: Checkpoint
  /// A sentence for each newer one that is damaged.
  public let warnings: [String]
}
