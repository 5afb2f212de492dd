extension CheckpointStore {
  private static let pointer = "latest"

  /// Commits a checkpoint: when this returns it would survive a loss of power.
  ///
  /// A step may be saved again; the later save takes the place of the earlier. Checkpoints of later steps of
  /// the same phase are removed: a run that saves an earlier step went on from before them, because they were
  /// damaged.
  ///
  /// - Parameters:
  ///   - phase: what the run is doing; one word.
  ///   - step: how many steps of the phase are done.
  ///   - groups: one file each.
  ///   - state: everything else that is needed to go on, written as JSON.
  /// - Throws: `notFinite` before anything is written, or the operation that failed; the last checkpoint
  ///   then still stands.
  public func save(
    phase: String, step: Int, groups: [TensorGroup], state: some Encodable
  ) throws(RunError) {
    precondition(!phase.isEmpty && !phase.contains("/"), "a phase is a word, not \(phase)")
    try requireFinite(groups, phase: phase, step: step)
    try files.makeDirectories(directory)
    try sweep()
    let name = CheckpointName(phase: phase, step: step)
    let partial = "\(directory)/\(partialPrefix)\(name.text)"
    do throws(RunError) {
      try write(groups, state: state, of: name, into: partial)
      try commit(partial, as: name)
    } catch {
      try? files.removeTree(partial)
      throw error
    }
    try files.replace("\(directory)/\(Self.pointer)", with: Array((name.text + "\n").utf8))
    try prune(after: name)
  }

  private func requireFinite(
    _ groups: [TensorGroup], phase: String, step: Int
  ) throws(RunError) {
    for tensor in groups.flatMap(\.tensors) where !tensor.values.allSatisfy(\.isFinite) {
      throw .notFinite(tensor: tensor.name, phase: phase, step: step)
    }
  }

  /// Removes what an interrupted save left behind.
  private func sweep() throws(RunError) {
    for name in try entries(of: directory) where name.hasPrefix(partialPrefix) {
      try files.removeTree("\(directory)/\(name)")
    }
  }

  private func write(
    _ groups: [TensorGroup], state: some Encodable, of name: CheckpointName, into folder: String
  ) throws(RunError) {
    try files.makeDirectory(folder)
    let json = try encodeJSON(state, for: "\(folder)/\(Checkpoint.stateFile)")
    var records = [try write(json, to: "\(folder)/\(Checkpoint.stateFile)")]
    for group in groups {
      records.append(
        try writeSafetensorsRecord(
          group.tensors,
          metadata: ["format": "vernier", "phase": name.phase, "step": "\(name.step)"],
          to: "\(folder)/\(TensorGroup.fileName(group.name))", files: files))
    }
    let manifest = Manifest(phase: name.phase, step: name.step, files: records)
    let manifestPath = "\(folder)/\(Manifest.fileName)"
    _ = try write(try encodeJSON(manifest, for: manifestPath), to: manifestPath)
    try files.synchronizeDirectory(folder)
  }

  private func write(_ bytes: [UInt8], to path: String) throws(RunError) -> FileRecord {
    let file = try DigestedFile(path, files: files)
    try file.write(bytes)
    return try file.finish()
  }

  /// An earlier save of the same step stays in reach under another name until the new one is committed.
  private func commit(_ partial: String, as name: CheckpointName) throws(RunError) {
    if exists(path(of: name)) {
      try discard(name.replaced)
      try files.rename(path(of: name), to: path(of: name.replaced))
    }
    try files.rename(partial, to: path(of: name))
    try files.synchronizeDirectory(directory)
  }

  private func prune(after saved: CheckpointName) throws(RunError) {
    let old = try names(of: saved.phase)
    let kept = old.filter { !$0.isReplaced && $0.step <= saved.step }.prefix(keep)
    for name in old where !kept.contains(name) { try discard(name) }
  }

  /// Takes the name away first, so that a stop halfway leaves no folder that looks like a checkpoint.
  private func discard(_ name: CheckpointName) throws(RunError) {
    guard exists(path(of: name)) else { return }
    let partial = "\(directory)/\(partialPrefix)\(name.text)"
    try files.rename(path(of: name), to: partial)
    try files.synchronizeDirectory(directory)
    try files.removeTree(partial)
  }
}
