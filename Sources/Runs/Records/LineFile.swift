/// A file of lines that one writer lengthens, and that may end in the middle of one after a crash.
final class LineFile {
  let path: String
  private let files: any FileLayer
  private var file: OpenFile?
  private var failure: RunError?

  init(_ path: String, files: any FileLayer) {
    self.path = path
    self.files = files
  }

  deinit { try? close() }

  /// The lines that are there, without their ends; `torn` is what follows the last end of line.
  func contents() throws(RunError) -> (lines: [ArraySlice<UInt8>], torn: ArraySlice<UInt8>) {
    var lines = (try readFileIfPresent(path) ?? [])
      .split(separator: newline, omittingEmptySubsequences: false)
    let torn = lines.popLast() ?? []
    return (lines, torn)
  }

  /// Adds a line; after a failure every further call fails too, since half a line may be there.
  ///
  /// - Parameter durable: return only when the line would survive a loss of power.
  func append(_ line: [UInt8], durable: Bool) throws(RunError) {
    if let failure { throw failure }
    do throws(RunError) {
      let file = try opened()
      try (line + [newline]).withUnsafeBufferPointer { (bytes) throws(RunError) in
        try files.write(UnsafeRawBufferPointer(bytes), to: file)
      }
      if durable { try files.synchronize(file) }
    } catch {
      failure = error
      throw error
    }
  }

  /// Brings all lines to the disk.
  func synchronize() throws(RunError) {
    if let file { try files.synchronize(file) }
  }

  /// Replaces the whole file at once.
  func rewrite(_ lines: [ArraySlice<UInt8>]) throws(RunError) {
    try close()
    try files.replace(path, with: lines.flatMap { $0 + [newline] })
  }

  private func opened() throws(RunError) -> OpenFile {
    if let file { return file }
    let opened = try files.openForAppending(path)
    file = opened
    try files.synchronizeDirectory(splitPath(path).folder)
    return opened
  }

  private func close() throws(RunError) {
    guard let open = file else { return }
    file = nil
    try files.close(open)
  }
}

private let newline = UInt8(ascii: "\n")
