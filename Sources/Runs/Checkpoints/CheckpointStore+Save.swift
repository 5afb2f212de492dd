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
    let name = CheckpointName(phase: phase, step: step)
    try commit(name) { (folder) throws(RunError) in
      try write(groups, state: state, of: name, into: folder)
    }
  }

  /// Commits a copy of another run's checkpoint, as `save` does.
  ///
  /// - Throws: `damaged`, with nothing kept, when one of its files is not what its manifest says.
  public func saveCopy(of checkpoint: Checkpoint) throws(RunError) {
    let name = CheckpointName(phase: checkpoint.phase, step: checkpoint.step)
    try commit(name) { (folder) throws(RunError) in
      try files.makeDirectory(folder)
      let manifest = try Manifest.read(checkpoint.path, name: name)
      for record in manifest.files {
        let source = try InputFile("\(checkpoint.path)/\(record.name)")
        let target = try DigestedFile("\(folder)/\(record.name)", files: files)
        try source.forEachBlock(in: 0..<source.size) { (block) throws(RunError) in
          try target.write(block)
        }
        guard try target.finish() == record else {
          throw .damaged(path: source.path, reason: "it is another than when it was checked")
        }
      }
      try write(manifest, into: folder)
    }
  }

  /// Gives a folder that `fill` fills the checkpoint's name, once all of it is on the disk.
  private func commit(
    _ name: CheckpointName, _ fill: (_ folder: String) throws(RunError) -> Void
  ) throws(RunError) {
    try files.makeDirectories(directory)
    try sweep()
    let partial = "\(directory)/\(partialPrefix)\(name.text)"
    do throws(RunError) {
      try fill(partial)
      try files.synchronizeDirectory(partial)
      try rename(partial, to: name)
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
    try write(Manifest(phase: name.phase, step: name.step, files: records), into: folder)
  }

  private func write(_ manifest: Manifest, into folder: String) throws(RunError) {
    let path = "\(folder)/\(Manifest.fileName)"
    _ = try write(try encodeJSON(manifest, for: path), to: path)
  }

  private func write(_ bytes: [UInt8], to path: String) throws(RunError) -> FileRecord {
    let file = try DigestedFile(path, files: files)
    try file.write(bytes)
    return try file.finish()
  }

  /// An earlier save of the same step stays in reach under another name until the new one is committed.
  private func rename(_ partial: String, to name: CheckpointName) throws(RunError) {
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
