import Foundation

/// What a loss of power takes away: contents that were not flushed, and names whose folder was not.
struct UnflushedChanges {
  private struct NameChange {
    var path: String
    /// For a renaming, the name before.
    var oldPath: String?
    /// For a renaming over a file, that file's contents.
    var overwritten: Data?
  }

  private var changes: [NameChange] = []
  /// How many bytes of each file are safe, for files with more.
  private var flushedBytes: [String: Int] = [:]

  mutating func noteCreation(of path: String) {
    changes.append(NameChange(path: path))
  }

  mutating func noteWriting(to path: String) {
    if flushedBytes[path] == nil { flushedBytes[path] = contents(path).count }
  }

  mutating func noteRenaming(of path: String, to newPath: String) {
    let overwritten = FileManager.default.contents(atPath: newPath)
    changes.append(NameChange(path: newPath, oldPath: path, overwritten: overwritten))
  }

  mutating func noteFlush(of path: String) {
    flushedBytes[path] = nil
  }

  mutating func noteFlush(ofFolder folder: String) {
    while let index = changes.firstIndex(where: {
      ($0.path as NSString).deletingLastPathComponent == folder
    }) {
      let settled = changes.remove(at: index)
      guard let oldPath = settled.oldPath else { continue }
      for earlier in 0..<index {
        changes[earlier].path = moved(changes[earlier].path, from: oldPath, to: settled.path)
      }
      let entries = flushedBytes.map { (moved($0, from: oldPath, to: settled.path), $1) }
      flushedBytes = Dictionary(uniqueKeysWithValues: entries)
    }
  }

  /// Takes back all that was never flushed.
  mutating func lose() {
    for change in changes.reversed() { undo(change) }
    for (path, flushed) in flushedBytes {
      let data = contents(path)
      let left = flushed + (data.count - flushed) / 2
      try? data.prefix(left).write(to: URL(fileURLWithPath: path))
    }
    self = UnflushedChanges()
  }

  private func undo(_ change: NameChange) {
    guard let oldPath = change.oldPath else {
      try? FileManager.default.removeItem(atPath: change.path)
      return
    }
    Glibc.rename(change.path, oldPath)
    if let overwritten = change.overwritten {
      try? overwritten.write(to: URL(fileURLWithPath: change.path))
    }
  }

  private func contents(_ path: String) -> Data {
    FileManager.default.contents(atPath: path) ?? Data()
  }

  private func moved(_ path: String, from old: String, to new: String) -> String {
    path == old || path.hasPrefix(old + "/") ? new + path.dropFirst(old.count) : path
  }
}
