import Configuration
import Runs

/// The trained supernet of another run that `supernet.from` names.
struct OtherSupernet {
  private let path: String
  private let directory: RunDirectory
  private let checkpoint: Checkpoint

  /// Finds it before anything of the new run is written; none where the key is not given or the run has its supernet.
  ///
  /// - Parameters:
  ///   - folder: of the new run.
  ///   - steps: of the supernet's training.
  init?(for configuration: RunConfiguration, folder: String, steps: Int) throws {
    guard let path = configuration.supernet.from,
      try CheckpointStore(directory: RunDirectory.checkpoints(of: folder), keep: 1)
        .newestIntact(phase: RunSession.supernetPhase) == nil
    else { return nil }
    self.path = path
    directory = try RunDirectory.existing(at: path)
    let difference = try configuration.difference(from: .stored(in: directory)) {
      !$0.leavesSupernet
    }
    guard difference.lines.isEmpty else {
      throw UsageError(
        description: "supernet.from: the run in \(path) trained another supernet; undo these "
          + "changes, or train one:\n\(difference.lines.joined(separator: "\n"))")
    }
    let recovery = try CheckpointStore(directory: directory.checkpoints, keep: 1)
      .newestIntact(phase: RunSession.supernetPhase)
    guard let found = recovery?.checkpoint, found.step == steps else {
      throw UsageError(
        description: "supernet.from: the supernet of the run in \(path) is not trained to its "
          + "end; run `vernier train` with its configuration first",
        exitCode: ExitStatus.missingInput)
    }
    checkpoint = found
  }

  /// Copies it and its figures: from then on the new run does without the other.
  func copy(to folder: RunFolder, _ progress: Progress) throws {
    if let figures = try directory.text(of: directory.metrics(.train)) {
      try folder.directory.write(figures, to: folder.directory.metrics(.train))
    }
    try folder.store.saveCopy(of: checkpoint)
    progress.note("took the supernet of the run in \(path)")
  }
}

extension RunConfiguration {
  /// What a run was started with.
  ///
  /// - Throws: `RunError` when the folder is no run.
  static func stored(in directory: RunDirectory) throws -> RunConfiguration {
    guard let text = try directory.text(of: directory.configuration) else {
      throw RunError.damaged(
        path: directory.path, reason: "it has no config.yaml, so it is not a run's folder")
    }
    return try parse(stored: text, fileName: directory.configuration)
  }
}
