import Engine

/// Where every buffer of one pass lies: values, normalisation states and gradients of one subnet and batch.
///
/// Made before the pass runs, so that one block of memory of known size serves it.
struct Schedule {
  struct Buffer {
    let place: MemoryPlan.Place
    let shape: FeatureMap.Shape
  }

  /// What the backward pass does, in order.
  enum BackwardAction {
    /// Runs a step backward; the result is `inputGradient`, or none when nobody needs it.
    case step(Int, outputGradient: Buffer, inputGradient: Buffer?)
    case copy(Buffer, to: Buffer)
    case accumulate(Buffer, into: Buffer)
  }

  private(set) var memory = MemoryPlan()
  /// One buffer a value; in passes without gradients a later value may lie where an earlier one lay.
  private(set) var values: [Buffer] = []
  /// Where each batch normalisation keeps its state, by step.
  private(set) var states: [Int: MemoryPlan.Place] = [:]
  private(set) var lossGradient: Buffer?
  private(set) var backward: [BackwardAction] = []

  /// A pass without gradients: a value's memory is reused as soon as nobody reads it any more, and
  /// normalisation, activation and addition work in place where they can.
  static func inference(
    _ steps: ExecutionSteps, shapes: [FeatureMap.Shape]
  ) -> Schedule {
    var schedule = Schedule()
    schedule.values = [schedule.reserve(shapes[0])]
    for (index, step) in steps.steps.enumerated() {
      let input = step.inputs[0]
      let keepsPlace =
        steps.isDeferred(step) || step.kind.canWorkInPlace && steps.lastReader[input] == index
      schedule.values.append(
        keepsPlace ? schedule.values[input] : schedule.reserve(shapes[step.output]))
      schedule.reserveState(step, index, shape: shapes[step.inputs[0]], shards: 1)
      for value in Set(step.inputs.map { steps.storage[$0] }).sorted()
      where steps.lastReader[value] == index && !(keepsPlace && value == steps.storage[input]) {
        schedule.memory.release(schedule.values[value].place)
      }
    }
    return schedule
  }

  /// A forward and a backward pass.
  static func training(
    _ steps: ExecutionSteps, shapes: [FeatureMap.Shape], shards: Int
  ) -> Schedule {
    var schedule = Schedule()
    schedule.values = [schedule.reserve(shapes[0])]
    for (index, step) in steps.steps.enumerated() {
      schedule.values.append(
        steps.isDeferred(step)
          ? schedule.values[step.inputs[0]] : schedule.reserve(shapes[step.output]))
      schedule.reserveState(step, index, shape: shapes[step.inputs[0]], shards: shards)
      for value in Set(step.inputs.map { steps.storage[$0] }).sorted()
      where steps.lastReader[value] == index && !steps.keptForBackward[value] {
        schedule.memory.release(schedule.values[value].place)
      }
    }
    schedule.planBackward(steps, shapes: shapes)
    return schedule
  }

  private mutating func reserve(_ shape: FeatureMap.Shape) -> Buffer {
    Buffer(place: memory.reserve(shape.elements), shape: shape)
  }

  private mutating func reserveState(
    _ step: ExecutionStep, _ index: Int, shape: FeatureMap.Shape, shards: Int
  ) {
    guard case .batchNormalization = step.kind else { return }
    states[index] = memory.reserve(NormalizationState.size(shards: shards, shape: shape))
  }

  private mutating func planBackward(_ steps: ExecutionSteps, shapes: [FeatureMap.Shape]) {
    var gradients = [Buffer?](repeating: nil, count: shapes.count)
    let logits = shapes.count - 1
    lossGradient = reserve(shapes[logits])
    gradients[logits] = lossGradient
    for (index, step) in steps.steps.enumerated().reversed() {
      guard let gradient = gradients[step.output] else { continue }
      gradients[step.output] = nil
      switch step.kind {
      case .batchNormalization, .activation:
        backward.append(.step(index, outputGradient: gradient, inputGradient: gradient))
        hand(gradient, to: step.inputs[0], &gradients)
      case .add(let activation):
        if activation != .none {
          backward.append(.step(index, outputGradient: gradient, inputGradient: gradient))
        }
        // The second operand gets a copy first: the first may change the buffer in place.
        share(gradient, with: step.inputs[1], &gradients)
        hand(gradient, to: step.inputs[0], &gradients)
      case .convolution, .depthwiseConvolution, .maxPooling, .globalAveragePooling, .linear:
        let needed = step.inputs[0] != 0
        let result = needed ? reserve(shapes[step.inputs[0]]) : nil
        backward.append(.step(index, outputGradient: gradient, inputGradient: result))
        memory.release(gradient.place)
        if let result { hand(result, to: step.inputs[0], &gradients) }
      }
    }
  }

  /// `gradient` becomes the value's, or is added to what other readers gave it.
  private mutating func hand(
    _ gradient: Buffer, to value: Int, _ gradients: inout [Buffer?]
  ) {
    guard let held = gradients[value] else {
      gradients[value] = gradient
      return
    }
    backward.append(.accumulate(gradient, into: held))
    memory.release(gradient.place)
  }

  /// The value gets what `gradient` holds, which stays in use.
  private mutating func share(
    _ gradient: Buffer, with value: Int, _ gradients: inout [Buffer?]
  ) {
    if let held = gradients[value] {
      backward.append(.accumulate(gradient, into: held))
    } else {
      let copy = reserve(gradient.shape)
      backward.append(.copy(gradient, to: copy))
      gradients[value] = copy
    }
  }
}

extension ExecutionStep.Kind {
  fileprivate var canWorkInPlace: Bool {
    switch self {
    case .batchNormalization, .activation, .add: true
    case .convolution, .depthwiseConvolution, .maxPooling, .globalAveragePooling, .linear: false
    }
  }
}
