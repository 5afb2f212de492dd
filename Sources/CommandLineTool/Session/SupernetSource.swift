import Configuration
import Foundation
import Runs

/// The trained supernet of another run that `supernet.from` names.
struct SupernetSource {
  private let path: String
  private let directory: RunDirectory
  private let checkpoint: Checkpoint

  /// Finds it before anything of the new run is written; none where the key is not given or the run has its supernet.
  ///
  /// - Parameters:
  ///   - folder: of the new run.
  ///   - classes: of its images.
  ///   - steps: of its supernet's training.
  static func find(
    for configuration: RunConfiguration, folder: String, classes: Int, steps: Int
  ) throws -> SupernetSource? {
    guard let path = configuration.supernet.from,
      try !CheckpointStore(directory: RunDirectory.checkpoints(of: folder), keep: 1)
        .hasCheckpoint(of: RunSession.supernetPhase)
    else { return nil }
    return try SupernetSource(
      path, for: configuration, folder: folder, classes: classes, steps: steps)
  }

  private init(
    _ path: String, for configuration: RunConfiguration, folder: String, classes: Int, steps: Int
  ) throws {
    func refusal(_ problem: String, exitCode: Int32 = ExitStatus.usage) -> UsageError {
      UsageError(description: "supernet.from: \(problem)", exitCode: exitCode)
    }
    func resolved(_ path: String) -> String {
      URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
    }
    if resolved(path) == resolved(folder) {
      throw refusal("\(path) is the run itself; name another run, or leave the key out")
    }
    self.path = path
    do {
      directory = try RunDirectory.existing(at: path)
      let difference = try configuration.difference(from: .stored(in: directory)) {
        !configuration.mayTakeSupernet(despite: $0)
      }
      guard difference.lines.isEmpty else {
        throw refusal(
          "the run in \(path) trained another supernet; undo these changes, or train one:\n"
            + difference.lines.joined(separator: "\n"))
      }
      let network = try directory.json(RunNetwork.self, of: directory.network)
      if let network, network.classes != classes {
        throw refusal(
          "the run in \(path) has images of \(network.classes) classes and this one of \(classes); "
            + "give it the same images", exitCode: ExitStatus.badData)
      }
      let store = CheckpointStore(directory: directory.checkpoints, keep: 1)
      guard let found = try store.newestIntact(phase: RunSession.supernetPhase) else {
        throw refusal(
          "the run in \(path) has no trained supernet; run `vernier train` with its "
            + "configuration first", exitCode: ExitStatus.missingInput)
      }
      for warning in found.warnings { complain("vernier: supernet.from: \(warning)") }
      guard found.checkpoint.step == steps else {
        throw refusal(
          "the supernet of the run in \(path) has been trained for \(found.checkpoint.step) of "
            + "\(steps) steps; let `vernier train` end with its configuration and the same images",
          exitCode: ExitStatus.missingInput)
      }
      checkpoint = found.checkpoint
    } catch let error as RunError {
      throw refusal("\(error)", exitCode: error.exitCode)
    }
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
  /// What a run was started with; none in a new folder.
  static func storedIfAny(in directory: RunDirectory) throws -> RunConfiguration? {
    try directory.text(of: directory.configuration).map {
      try parse(stored: $0, fileName: directory.configuration)
    }
  }

  /// What a run was started with.
  ///
  /// - Throws: `RunError` when the folder is no run.
  static func stored(in directory: RunDirectory) throws -> RunConfiguration {
    guard let configuration = try storedIfAny(in: directory) else {
      throw RunError.damaged(
        path: directory.path, reason: "it has no config.yaml, so it is not a run's folder")
    }
    return configuration
  }

  /// How it differs from that of a run's folder, in the keys that matter.
  func difference(
    from stored: RunConfiguration, where matters: (Difference) -> Bool
  ) -> ConfigurationDifference {
    let paths = Set(differences(from: stored).filter(matters).map(\.path))
    return ConfigurationDifference(
      saved: stored.flattened.filter { paths.contains($0.path) },
      given: flattened.filter { paths.contains($0.path) })
  }
}
