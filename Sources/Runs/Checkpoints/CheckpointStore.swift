import Glibc

/// The checkpoints of a run: folders that are whole from the moment they have their name.
///
/// Saving, in this order, where each arrow waits for the disk:
///
///     write .partial-NAME/* -> write its manifest -> rename to NAME -> point `latest` at it -> prune
///
/// A stop at any point leaves the last checkpoint or the new one, and at worst a partial folder that the next
/// save sweeps away. One process at a time may save (`RunDirectory.lock`).
public struct CheckpointStore: Sendable {
  /// The folder that holds a folder for each checkpoint.
  public let directory: String
  /// How many of each phase stay after a save.
  public let keep: Int
  let files: any FileLayer

  /// - Precondition: `keep` is at least 1; with 2 or more a damaged one has an older one to fall back on.
  public init(directory: String, keep: Int, files: any FileLayer = POSIXFiles()) {
    precondition(keep >= 1, "a run keeps at least one checkpoint")
    self.directory = directory
    self.keep = keep
    self.files = files
  }

  /// Finds the newest checkpoint of a phase that is whole.
  ///
  /// - Returns: `nil` when the phase has no checkpoint at all.
  /// - Throws: `damaged` when it has some and none is whole: starting afresh must be the user's decision.
  public func newestIntact(phase: String) throws(RunError) -> Recovery? {
    var faults: [(name: String, reason: String)] = []
    for name in try names(of: phase) {
      do throws(RunError) {
        _ = try Manifest.verified(path(of: name), name: name)
        return recovery(using: name, after: faults)
      } catch {
        faults.append((name.text, error.fault))
      }
    }
    guard let newest = faults.first else { return nil }
    throw .damaged(
      path: "\(directory)/\(newest.name)",
      reason: "\(newest.reason), and \(phase) has no intact checkpoint beside it")
  }

  /// Whether a phase has any checkpoint, whole or not; none of them is read.
  public func hasCheckpoint(of phase: String) throws(RunError) -> Bool {
    try !names(of: phase).isEmpty
  }

  private func recovery(
    using name: CheckpointName, after faults: [(name: String, reason: String)]
  ) -> Recovery {
    let checkpoint = Checkpoint(path: path(of: name), phase: name.phase, step: name.step)
    let warnings = faults.map {
      "checkpoint \($0.name) is damaged (\($0.reason)); going on from \(name.text) instead"
    }
    return Recovery(checkpoint: checkpoint, warnings: warnings)
  }

  /// Newest first.
  func names(of phase: String) throws(RunError) -> [CheckpointName] {
    guard exists(directory) else { return [] }
    return try entries(of: directory)
      .compactMap { CheckpointName($0) }
      .filter { $0.phase == phase }
      .sorted { $0.isNewer(than: $1) }
  }

  func path(of name: CheckpointName) -> String { "\(directory)/\(name.text)" }
}

extension RunError {
  /// What is wrong with a file of a checkpoint, for use inside a sentence about the checkpoint.
  fileprivate var fault: String {
    switch self {
    case .damaged(let path, let reason): "\(splitPath(path).name): \(reason)"
    case .file(_, let path, ENOENT): "\(splitPath(path).name) is missing"
    default: description
    }
  }
}
