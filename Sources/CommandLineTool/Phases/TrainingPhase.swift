import Cluster
import Configuration
import Engine
import Runs
import Supernet
import Training

extension RunSession {
  /// The phase that trains the shared weights.
  static let supernetPhase = "supernet"

  /// The supernet's recipe, in steps.
  var supernetRecipe: TrainingRecipe {
    plan.supernetRecipe(images: images.split.training.count)
  }

  /// Trains the supernet to its end, or until a signal asks to leave.
  func trainSupernet() throws -> PhaseOutcome {
    let recipe = supernetRecipe
    if try isFinished(Self.supernetPhase, totalSteps: recipe.schedule.totalSteps) {
      progress.note("the supernet is trained already")
      return .finished
    }
    let sampler = try plan.sampler(totalSteps: recipe.schedule.totalSteps)
    guard let warmup = predictorWarmup else { return try trainSupernet(by: sampler) }
    if try !agree({ try (folder?.newest(Self.supernetPhase)?.step ?? 0) >= warmup }),
      try trainSupernet(by: sampler, until: warmup) == .stopped
    {
      return .stopped
    }
    guard let predictor = try fitPredictor(after: warmup) else { return .stopped }
    return try trainSupernet(
      by: plan.sampler(predictor, totalSteps: recipe.schedule.totalSteps))
  }

  private func trainSupernet(
    by sampler: any WidthSampling, until step: Int? = nil
  ) throws -> PhaseOutcome {
    try train(
      phase: Self.supernetPhase, space: plan.space,
      plan: TrainingPlan(
        space: plan.space, sharing: plan.sharing, sampler: sampler,
        seed: configuration.run.seed),
      recipe: supernetRecipe, recording: plan.recording, indices: images.split.training,
      metrics: .train, offset: 0, until: step)
  }

  /// Any training, from its newest checkpoint to its end or to a request to leave.
  ///
  ///     resume from the newest intact checkpoint, or start from the seed
  ///     until all steps are done: one step -> figures -> a checkpoint when one is due or asked for
  ///
  /// - Parameters:
  ///   - recording: which losses of each width are kept; none by default.
  ///   - metrics: the log that rank 0 writes.
  ///   - offset: steps that earlier trainings of the same log count.
  ///   - limit: the step at which it ends, if before its last one.
  func train(
    phase: String, space: SearchSpace, plan: TrainingPlan, recipe: TrainingRecipe,
    recording: LossRecords.Settings? = nil, indices: [Int], metrics: RunDirectory.Metrics,
    offset: Int, until limit: Int? = nil
  ) throws -> PhaseOutcome {
    let loader = try images.loader(
      indices, batch: recipe.globalBatch, shards: recipe.shards,
      owned: assignment.shards(of: communicator.rank), seed: configuration.run.seed)
    defer { loader.shutdown() }
    let trainer = try Trainer(
      phase: phase, space: space, plan: plan, recipe: recipe, seed: configuration.run.seed,
      recording: recording, loader: loader, communicator: communicator, context: context)
    defer { images.report(damaged: trainer.damagedImages) }
    try resume(trainer)
    let log = try folder?.metrics(metrics)
    try log?.dropRecords(after: offset + trainer.step)
    try folder?.directory.setStatus(RunStatus(.running, phase: phase, step: trainer.step))
    var figures = TrainingFigures(phase: phase, batch: recipe.globalBatch)
    var due = CheckpointClock(
      configuration.checkpoint.every, stepsPerEpoch: loader.stepsPerEpoch)
    progress.begin(
      phase, step: trainer.step, of: trainer.totalSteps, work: recipe.work(ofSteps:))
    let end = limit ?? trainer.totalSteps
    while trainer.step < end {
      let report = try trainer.advance(request: Signals.request)
      figures.add(report)
      progress.update(report, batch: recipe.globalBatch)
      if report.step % configuration.log.every == 0 || report.step == end {
        try log?.append(
          step: offset + report.step, figures.takeFields(stepsPerEpoch: loader.stepsPerEpoch))
      }
      let isDue = due.isDue(after: report.step) || report.step == end
      if isDue || report.request != .none {
        try save(trainer, log)
        Signals.clearCheckpoint()
      }
      if report.request == .stop {
        try folder?.directory.setStatus(RunStatus(.preempted, phase: phase, step: trainer.step))
        progress.note("saved \(phase) at step \(trainer.step); the same command goes on from there")
        return .stopped
      }
    }
    progress.end()
    return .finished
  }

  private func resume(_ trainer: Trainer) throws {
    let checkpoint = try folder?.newest(trainer.phase)
    if let checkpoint {
      try trainer.load(checkpoint)
      progress.note("going on with \(trainer.phase) from step \(checkpoint.step)")
    }
    try trainer.resume(at: checkpoint?.step ?? 0)
  }

  private func save(_ trainer: Trainer, _ log: MetricsLog?) throws {
    guard let folder else { return }
    try log?.synchronize()
    try trainer.save(to: folder.store)
    try folder.directory.setStatus(
      RunStatus(.running, phase: trainer.phase, step: trainer.step))
  }
}

/// Says when a checkpoint is due; only rank 0's saves matter, and no result depends on them.
private struct CheckpointClock {
  private let interval: Interval
  private let stepsPerEpoch: Int
  private var watch = Stopwatch()

  init(_ interval: Interval, stepsPerEpoch: Int) {
    self.interval = interval
    self.stepsPerEpoch = stepsPerEpoch
  }

  mutating func isDue(after step: Int) -> Bool {
    switch interval {
    case .steps(let count): return step.isMultiple(of: count)
    case .epochs(let count): return step.isMultiple(of: count * stepsPerEpoch)
    case .seconds(let seconds):
      guard watch.seconds >= Double(seconds) else { return false }
      watch = Stopwatch()
      return true
    }
  }
}
