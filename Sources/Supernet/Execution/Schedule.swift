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

  fileprivate(set) var memory = MemoryPlan()
  /// One buffer a value; in passes without gradients a later value may lie where an earlier one lay.
  private(set) var values: [Buffer] = []
  /// Where each batch normalisation keeps its state, by step.
  private(set) var states: [Int: MemoryPlan.Place] = [:]
  fileprivate(set) var lossGradient: Buffer?
  fileprivate(set) var backward: [BackwardAction] = []

  /// A pass without gradients: a value's memory is reused as soon as nobody reads it any more, and
  /// normalisation, activation and addition work in place where they can.
  ///
  /// - Parameter fused: steps that may be taken in one operator; what they read is kept until the last of them.
  static func inference(
    _ steps: ExecutionSteps, fused: [FusedSteps?], shapes: [FeatureMap.Shape], shards: Int
  ) -> Schedule {
    var schedule = Schedule()
    let inside = Set(fused.compactMap(\.self).flatMap { $0.range.dropLast() })
    var free: [MemoryPlan.Place] = []
    schedule.values = [schedule.reserve(shapes[0])]
    for (index, step) in steps.steps.enumerated() {
      let kept = steps.isDeferred(step) ? step.inputs[0] : steps.overwritten(by: index)
      schedule.values.append(
        kept.map { schedule.values[$0] } ?? schedule.reserve(shapes[step.output]))
      schedule.reserveState(step, index, shape: shapes[step.inputs[0]], shards: shards)
      for value in Set(step.inputs.map { steps.storage[$0] }).sorted()
      where steps.lastReader[value] == index && value != kept.map({ steps.storage[$0] }) {
        free.append(schedule.values[value].place)
      }
      guard !inside.contains(index) else { continue }
      for place in free { schedule.memory.release(place) }
      free = []
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

  fileprivate mutating func reserve(_ shape: FeatureMap.Shape) -> Buffer {
    Buffer(place: memory.reserve(shape.elements), shape: shape)
  }

  private mutating func reserveState(
    _ step: ExecutionStep, _ index: Int, shape: FeatureMap.Shape, shards: Int
  ) {
    guard case .batchNormalization = step.kind else { return }
    states[index] = memory.reserve(NormalizationState.size(shards: shards, shape: shape))
  }

  private mutating func planBackward(_ steps: ExecutionSteps, shapes: [FeatureMap.Shape]) {
    var plan = BackwardPlan(schedule: self, values: shapes.count)
    plan.run(steps, shapes: shapes)
    self = plan.schedule
  }
}

/// Plans the backward pass: which buffer holds each value's gradient, and when it is free again.
///
/// Both terms of a sum have the same gradient, so values may share a buffer. A shared buffer is not changed:
/// whoever would, writes another.
private struct BackwardPlan {
  var schedule: Schedule
  private var gradients: [Schedule.Buffer?]
  private var holders: [MemoryPlan.Place: Int] = [:]
  /// By value: the gradient behind the normalisation, until the value's writer has made its own of it.
  private var sources: [Int: Schedule.Buffer] = [:]

  init(schedule: Schedule, values: Int) {
    self.schedule = schedule
    gradients = Array(repeating: nil, count: values)
  }

  mutating func run(_ steps: ExecutionSteps, shapes: [FeatureMap.Shape]) {
    let logits = shapes.count - 1
    let loss = reserve(shapes[logits])
    schedule.lossGradient = loss
    gradients[logits] = loss
    for (index, step) in steps.steps.enumerated().reversed() {
      guard let gradient = gradients[step.output] else { continue }
      gradients[step.output] = nil
      switch step.kind {
      case .batchNormalization:
        normalize(index, step, gradient, isLeftToWriter: steps.carriesOutPending[step.inputs[0]])
      case .activation: hand(activate(index, gradient), to: step.inputs[0])
      case .add(let activation):
        let result = activation == .none ? gradient : activate(index, gradient)
        hold(result)
        for input in step.inputs { hand(result, to: input) }
      case .convolution, .depthwiseConvolution, .maxPooling, .globalAveragePooling, .linear:
        // Nobody needs the gradient of the image.
        let result = step.inputs[0] == 0 ? nil : reserve(shapes[step.inputs[0]])
        append(.step(index, outputGradient: gradient, inputGradient: result))
        drop(gradient)
        if let source = sources.removeValue(forKey: step.output) { drop(source) }
        if let result { hand(result, to: step.inputs[0]) }
      }
    }
  }

  private mutating func normalize(
    _ index: Int, _ step: ExecutionStep, _ gradient: Schedule.Buffer, isLeftToWriter: Bool
  ) {
    guard isShared(gradient) else {
      append(.step(index, outputGradient: gradient, inputGradient: gradient))
      return hand(gradient, to: step.inputs[0])
    }
    let result = reserve(gradient.shape)
    append(.step(index, outputGradient: gradient, inputGradient: result))
    if isLeftToWriter {
      sources[step.inputs[0]] = gradient
    } else {
      drop(gradient)
    }
    hand(result, to: step.inputs[0])
  }

  /// Runs an activation backward, in place where nobody else needs the gradient behind it.
  private mutating func activate(_ index: Int, _ gradient: Schedule.Buffer) -> Schedule.Buffer {
    let result = unshared(gradient)
    append(.step(index, outputGradient: result, inputGradient: result))
    return result
  }

  /// `gradient` becomes the value's, or is added to what other readers gave it.
  private mutating func hand(_ gradient: Schedule.Buffer, to value: Int) {
    guard let held = gradients[value] else {
      gradients[value] = gradient
      return
    }
    // The sum may lie in either, whichever nobody else needs.
    if isShared(held) && !isShared(gradient) {
      append(.accumulate(held, into: gradient))
      drop(held)
      gradients[value] = gradient
    } else {
      let sum = unshared(held)
      append(.accumulate(gradient, into: sum))
      drop(gradient)
      gradients[value] = sum
    }
  }

  /// The buffer itself, or a copy where others need it as it is.
  private mutating func unshared(_ buffer: Schedule.Buffer) -> Schedule.Buffer {
    guard isShared(buffer) else { return buffer }
    let copy = reserve(buffer.shape)
    append(.copy(buffer, to: copy))
    drop(buffer)
    return copy
  }

  private mutating func append(_ action: Schedule.BackwardAction) {
    schedule.backward.append(action)
  }

  private mutating func reserve(_ shape: FeatureMap.Shape) -> Schedule.Buffer {
    let buffer = schedule.reserve(shape)
    holders[buffer.place] = 1
    return buffer
  }

  private func isShared(_ buffer: Schedule.Buffer) -> Bool { holders[buffer.place, default: 0] > 1 }

  private mutating func hold(_ buffer: Schedule.Buffer) { holders[buffer.place, default: 0] += 1 }

  private mutating func drop(_ buffer: Schedule.Buffer) {
    holders[buffer.place, default: 1] -= 1
    if holders[buffer.place] == 0 { schedule.memory.release(buffer.place) }
  }
}

extension ExecutionSteps {
  /// The value in whose memory a step may work: one that nobody reads afterwards.
  ///
  /// Of a sum's terms the newer one, since the convolution that makes it, and may take the sum on the way, still reads
  /// older ones.
  fileprivate func overwritten(by index: Int) -> Int? {
    guard steps[index].kind.canWorkInPlace else { return nil }
    return steps[index].inputs.filter { lastReader[$0] == index }.max { storage[$0] < storage[$1] }
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
