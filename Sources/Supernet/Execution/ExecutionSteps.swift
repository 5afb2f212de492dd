import Engine

/// One operator call of a forward pass; activations have joined the step in front of them.
///
/// Values are the feature maps between steps; value 0 is the image.
struct ExecutionStep: Sendable {
  enum Kind: Sendable {
    case convolution(kernel: Int, stride: Int)
    case depthwiseConvolution(kernel: Int, stride: Int)
    case batchNormalization(FusedActivation)
    case add(FusedActivation)
    case activation(FusedActivation)
    case maxPooling(kernel: Int, stride: Int)
    case globalAveragePooling
    case linear
  }

  let kind: Kind
  /// The node whose parameters the step uses.
  let node: Int
  let inputs: [Int]
  let output: Int
}

/// The steps of an architecture and what is known of the values between them.
struct ExecutionSteps: Sendable {
  let steps: [ExecutionStep]
  /// For each value, the node whose output it is.
  let nodeOfValue: [Int]
  /// For each value, the value whose memory holds it: another one where readers apply a normalisation.
  let storage: [Int]
  /// For each value, the last step that reads its memory.
  let lastReader: [Int]
  /// For each value, whether a backward pass reads its memory again.
  let keptForBackward: [Bool]
  /// For each value, whether its gradient may be left in front of a batch normalisation, since a convolution is its
  /// first and only reader.
  let carriesOutPending: [Bool]
  /// For each value, whether a batch normalisation reads it, so that whoever writes it takes its statistics.
  let isNormalized: [Bool]
  /// For each step, whether it alone reads, and once, what the step in front of it writes.
  let followsAlone: [Bool]
  /// For each step, whether it writes, backward, all of the gradient of the batch normalisation just in front, so
  /// that it takes the sums which that starts from.
  let feedsNormalization: [Bool]

  init(_ architecture: Architecture) {
    let nodes = architecture.nodes
    var readers = Array(repeating: [Int](), count: nodes.count)
    for (index, node) in nodes.enumerated() {
      for input in node.inputs { readers[input].append(index) }
    }
    /// The activation that alone reads a node, and can therefore be applied on the way out.
    func fusedReader(of index: Int) -> (node: Int, activation: FusedActivation)? {
      guard readers[index].count == 1, let reader = readers[index].first,
        case .activation(let activation) = nodes[reader].operation
      else { return nil }
      return (reader, activation.fused)
    }
    var steps: [ExecutionStep] = []
    var valueOfNode: [Int: Int] = [:]
    var nodeOfValue: [Int] = []
    func newValue(_ node: Int) -> Int {
      nodeOfValue.append(node)
      valueOfNode[node] = nodeOfValue.count - 1
      return nodeOfValue.count - 1
    }
    for (index, node) in nodes.enumerated() where valueOfNode[index] == nil {
      var last = index
      let kind: ExecutionStep.Kind
      switch node.operation {
      case .image:
        _ = newValue(index)
        continue
      case .convolution(_, let kernel, let stride):
        kind = .convolution(kernel: kernel, stride: stride)
      case .depthwiseConvolution(let kernel, let stride):
        kind = .depthwiseConvolution(kernel: kernel, stride: stride)
      case .batchNormalization:
        let fused = fusedReader(of: index)
        last = fused?.node ?? index
        kind = .batchNormalization(fused?.activation ?? .none)
      case .add:
        let fused = fusedReader(of: index)
        last = fused?.node ?? index
        kind = .add(fused?.activation ?? .none)
      case .activation(let activation): kind = .activation(activation.fused)
      case .maxPooling(let kernel, let stride): kind = .maxPooling(kernel: kernel, stride: stride)
      case .globalAveragePooling: kind = .globalAveragePooling
      case .linear: kind = .linear
      }
      let inputs = node.inputs.map { input in
        guard let value = valueOfNode[input] else {
          preconditionFailure("node \(index) reads node \(input) before it is computed")
        }
        return value
      }
      steps.append(
        ExecutionStep(kind: kind, node: index, inputs: inputs, output: newValue(last)))
    }
    self.steps = steps
    self.nodeOfValue = nodeOfValue
    let storage = Self.storage(steps, values: nodeOfValue.count)
    var lastReader = Array(repeating: -1, count: nodeOfValue.count)
    var kept = Array(repeating: false, count: nodeOfValue.count)
    var normalized = Array(repeating: false, count: nodeOfValue.count)
    for (index, step) in steps.enumerated() {
      for input in step.inputs {
        lastReader[storage[input]] = index
        if step.kind.readsInputBackward { kept[storage[input]] = true }
        if case .batchNormalization = step.kind { normalized[input] = true }
      }
      if step.kind.readsOutputBackward { kept[storage[step.output]] = true }
    }
    self.storage = storage
    self.lastReader = storage.map { lastReader[$0] }
    keptForBackward = storage.map { kept[$0] }
    isNormalized = normalized
    var carries = Array(repeating: false, count: nodeOfValue.count)
    for step in steps {
      switch step.kind {
      case .convolution, .depthwiseConvolution:
        carries[step.output] = steps.filter { $0.inputs.contains(step.output) }.count == 1
      default: break
      }
    }
    carriesOutPending = carries
    var reads = Array(repeating: 0, count: nodeOfValue.count)
    for value in steps.flatMap(\.inputs) { reads[value] += 1 }
    let follows = steps.indices.map { index in
      guard index > 0 else { return false }
      let value = steps[index - 1].output
      return reads[value] == 1 && steps[index].inputs.contains(value)
    }
    followsAlone = follows
    feedsNormalization = steps.indices.map { index in
      switch steps[index].kind {
      case .convolution, .depthwiseConvolution, .add: break
      default: return false
      }
      guard index > 0, case .batchNormalization = steps[index - 1].kind else { return false }
      return follows[index]
    }
  }

  /// How many of the steps in front of one are batch normalisations.
  func normalizations(before step: Int) -> Int {
    steps[..<step].count { if case .batchNormalization = $0.kind { true } else { false } }
  }

  /// Whether a step's readers apply it, so that its output is never written.
  func isDeferred(_ step: ExecutionStep) -> Bool { storage[step.output] != step.output }

  /// A batch normalisation is left to its readers where all of them can apply it.
  private static func storage(_ steps: [ExecutionStep], values: Int) -> [Int] {
    var storage = Array(0..<values)
    for step in steps {
      guard case .batchNormalization = step.kind, storage[step.inputs[0]] == step.inputs[0] else {
        continue
      }
      let readers = steps.filter { $0.inputs.contains(step.output) }
      if readers.allSatisfy(\.kind.appliesPending) { storage[step.output] = step.inputs[0] }
    }
    return storage
  }
}

extension ExecutionStep.Kind {
  fileprivate var readsInputBackward: Bool {
    switch self {
    case .convolution, .depthwiseConvolution, .batchNormalization, .maxPooling, .linear: true
    case .add, .activation, .globalAveragePooling: false
    }
  }

  /// Whether the operator can normalise and activate what it reads.
  fileprivate var appliesPending: Bool {
    switch self {
    case .convolution, .depthwiseConvolution, .add, .maxPooling, .globalAveragePooling: true
    case .batchNormalization, .activation, .linear: false
    }
  }

  fileprivate var readsOutputBackward: Bool {
    switch self {
    case .add(let activation): activation != .none
    case .activation, .maxPooling: true
    case .convolution, .depthwiseConvolution, .batchNormalization, .globalAveragePooling, .linear:
      false
    }
  }
}

extension Architecture.Activation {
  var fused: FusedActivation {
    switch self {
    case .relu: .relu
    case .relu6: .relu6
    }
  }
}
