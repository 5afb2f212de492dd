/// Names that start so are unfinished: whoever finds one may remove it.
let partialPrefix = ".partial-"

extension FileLayer {
  /// Replaces a small file so that a reader, now or after a crash, finds the old or the new contents whole.
  public func replace(_ path: String, with bytes: [UInt8]) throws(RunError) {
    let (folder, name) = splitPath(path)
    let partial = "\(folder)/\(partialPrefix)\(name)"
    do throws(RunError) {
      try writeDurably(bytes, to: partial)
      try rename(partial, to: path)
    } catch {
      try? remove(partial)
      throw error
    }
    try synchronizeDirectory(folder)
  }

  /// Makes a folder and those above it that are missing.
  func makeDirectories(_ path: String) throws(RunError) {
    if isDirectory(path) { return }
    let (parent, _) = splitPath(path)
    if parent != path { try makeDirectories(parent) }
    try makeDirectory(path)
    try synchronizeDirectory(parent)
  }

  /// Removes a folder and everything inside.
  func removeTree(_ path: String) throws(RunError) {
    if isDirectory(path) {
      for name in try entries(of: path) { try removeTree("\(path)/\(name)") }
    }
    try remove(path)
  }

  private func writeDurably(_ bytes: [UInt8], to path: String) throws(RunError) {
    let file = try DigestedFile(path, files: self)
    try file.write(bytes)
    _ = try file.finish()
  }
}

/// The folder and the last part of a path, as `dirname` and `basename` give them.
package func splitPath(_ path: String) -> (folder: String, name: String) {
  var parts = path.split(separator: "/")
  let name = parts.isEmpty ? "" : String(parts.removeLast())
  let joined = parts.joined(separator: "/")
  if path.hasPrefix("/") { return ("/" + joined, name) }
  return (joined.isEmpty ? "." : joined, name)
}
