import Configuration
import Engine
import MPICluster
import Runs
import Training

/// What a configuration alone does not say of its network; `network.json`.
struct RunNetwork: Codable {
  /// Classes of the images.
  let classes: Int
  /// Multiply-accumulates that a candidate may cost, both ends included.
  let lowestMacs, highestMacs: Int
  /// The most parameters that it may have; nil for any number.
  let mostParameters: Int?
}

/// A run's folder as rank 0 holds it: locked, its configuration checked, with all writers open.
final class RunFolder {
  let directory: RunDirectory
  let store: CheckpointStore
  private let lock: RunLock
  private let attempt: Int
  private var told: Set<String> = []

  /// Opens or makes the folder of a configuration.
  ///
  /// - Throws: `RunError.inUse` when another process has it, `configurationDiffers` when the run was started
  ///   with other settings that alter results.
  init(_ plan: RunPlan, options: RunOptions, ranks: Int, kernels: KernelChoice) throws {
    let configuration = plan.configuration
    let path = options.folder(of: configuration)
    directory = try RunDirectory.open(at: path)
    lock = try directory.lock()
    if let stored = try RunConfiguration.storedIfAny(in: directory) {
      try configuration.difference(from: stored) { !$0.mayChangeOnResume }.requireNone(in: path)
    }
    let given = (try? directory.text(of: options.configuration)) ?? ""
    let separator = given.isEmpty || given.hasSuffix("\n") ? "" : "\n"
    try directory.write(
      given + separator + options.overrides.map { "# --set \($0)\n" }.joined(),
      to: directory.givenConfiguration)
    try directory.write(configuration.resolvedYAML, to: directory.configuration)
    try directory.write(
      json: RunNetwork(
        classes: plan.space.architecture.classes, lowestMacs: plan.window.macs.lowerBound,
        highestMacs: plan.window.macs.upperBound, mostParameters: plan.window.mostParameters),
      to: directory.network)
    attempt = try directory.beginAttempt()
    try directory.write(
      json: RunEnvironment.collect(
        program: "vernier \(programVersion)", mpi: "\(MPISession.libraryVersion), \(ranks) ranks",
        kernels: kernels.rawValue),
      to: directory.environment)
    store = CheckpointStore(
      directory: directory.checkpoints, keep: configuration.checkpoint.keep)
  }

  /// Opens one of the logs of figures.
  func metrics(_ log: RunDirectory.Metrics) throws -> MetricsLog {
    try MetricsLog(directory.metrics(log), attempt: attempt)
  }

  /// Opens one of the journals of scores; says when its last line was torn.
  func scores(_ file: String) throws -> Journal<ScoreRecord> {
    let journal = try Journal<ScoreRecord>(file)
    if let warning = journal.warning { complain("vernier: \(warning)") }
    return journal
  }

  /// The newest checkpoint of a phase that is whole; says once which newer ones are not.
  func newest(_ phase: String) throws -> Checkpoint? {
    guard let recovery = try store.newestIntact(phase: phase) else { return nil }
    for warning in recovery.warnings where told.insert(warning).inserted {
      complain("vernier: \(warning)")
    }
    return recovery.checkpoint
  }
}
