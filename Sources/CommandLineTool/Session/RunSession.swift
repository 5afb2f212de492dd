import Cluster
import Configuration
import Datasets
import Engine
import Supernet
import Training

/// How a phase ended.
enum PhaseOutcome: Equatable {
  case finished
  /// A question was answered; the run stands where it stood.
  case answered
  /// Saved, because a signal asked to leave.
  case stopped
}

/// One rank's part in a run: what every phase in `Phases/` needs.
final class RunSession {
  let configuration: RunConfiguration
  let communicator: any Communicator
  let images: Images
  let plan: RunPlan
  let context: EngineContext
  let assignment: ShardAssignment
  let progress: Progress
  /// The folder, on rank 0 only.
  let folder: RunFolder?

  /// Checks all that can be checked before training: data, network, budget, ranks and the folder.
  ///
  /// Then takes another run's supernet, where the configuration says so.
  ///
  /// - Parameter isQuiet: tells nothing of its progress, for output that programs read.
  init(
    _ options: RunOptions, _ communicator: any Communicator, isQuiet: Bool = false
  ) throws {
    self.communicator = communicator
    configuration = try options.load(communicator)
    assignment = try ShardAssignment(
      shards: configuration.cluster.shards, ranks: communicator.size)
    images = try Images(configuration, isSpeaking: communicator.rank == 0)
    plan = try RunPlan(configuration, classes: images.training.classes.count)
    context = EngineContext(
      kernels: try KernelSet.select(configuration.engine.choice),
      threads: ThreadPool(
        threads: configuration.engine.threads == 0
          ? ThreadPool.availableProcessors : configuration.engine.threads),
      convolution: configuration.engine.convolutionChoice)
    progress = Progress(isSpeaking: communicator.rank == 0 && !isQuiet)
    guard communicator.rank == 0 else {
      folder = nil
      return
    }
    let supernet = try SupernetSource.find(
      for: configuration, folder: options.folder(of: configuration),
      classes: images.training.classes.count,
      steps: plan.supernetRecipe(images: images.split.training.count).schedule.totalSteps)
    if options.dryRun {
      folder = nil
    } else {
      let folder = try RunFolder(
        plan, options: options, ranks: communicator.size, kernels: context.kernels.choice)
      try supernet?.copy(to: folder, progress)
      self.folder = folder
    }
  }

  /// What rank 0 finds out, on every rank.
  func agree(_ value: () throws -> Bool) throws -> Bool {
    let isTrue = communicator.rank == 0 ? try value() : false
    let own: [UInt8] = isTrue ? [1] : [0]
    return try communicator.broadcast(bytes: own, from: 0) == [1]
  }

  /// Whether a training has its last checkpoint.
  func isFinished(_ phase: String, totalSteps: Int) throws -> Bool {
    try agree { try folder?.newest(phase)?.step == totalSteps }
  }

  /// The images, the resolved configuration and the costs, for `--dry-run`.
  func describe() {
    guard communicator.rank == 0 else { return }
    show(configuration.resolvedYAML)
    let narrowest = plan.cost.macs(of: plan.space.lowestWidths)
    show("training images   \(images.split.training.count), held out \(images.split.heldOut.count)")
    show("test images       \(images.test.count)")
    show("width groups      \(plan.space.groups.count)")
    show("MACs, full        \(grouped(plan.fullCost.macs))")
    show("MACs, narrowest   \(grouped(narrowest))")
    show("parameters, full  \(grouped(plan.fullCost.parameters))")
    show("searched          \(plan.window)")
    if let source = configuration.supernet.from { show("supernet          from \(source)") }
    if let table = WidthTable(plan.network.widthGroups, plan.ranges, in: plan.space) {
      show("\n\(table.text)")
    }
  }
}

extension RunConfiguration.Engine {
  /// The same choice in the engine's words.
  var choice: KernelChoice {
    switch kernels {
    case .automatic: .auto
    case .v4: .v4
    case .v3: .v3
    case .portable: .portable
    }
  }

  /// Likewise.
  var convolutionChoice: ConvolutionChoice {
    switch convolution {
    case .automatic: .auto
    case .direct: .direct
    case .winograd: .winograd
    }
  }
}
