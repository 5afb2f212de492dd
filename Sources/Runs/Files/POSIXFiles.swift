import Glibc

/// The real disk.
public struct POSIXFiles: FileLayer {
  /// The only one there is.
  public init() {}

  /// Makes one folder; a folder that is already there is fine.
  public func makeDirectory(_ path: String) throws(RunError) {
    if isDirectory(path) { return }
    _ = try checked(.create, path) { mkdir(path, 0o777) }
  }

  /// Opens a new, empty file, in place of an older one.
  public func create(_ path: String) throws(RunError) -> OpenFile {
    try open(path, flags: O_TRUNC)
  }

  /// Opens a file to write after its end.
  public func openForAppending(_ path: String) throws(RunError) -> OpenFile {
    try open(path, flags: O_APPEND)
  }

  /// Writes all bytes, in as many calls as the system wants.
  public func write(_ bytes: UnsafeRawBufferPointer, to file: OpenFile) throws(RunError) {
    var rest = bytes
    while !rest.isEmpty {
      let written = try checked(.write, file.path) {
        Glibc.write(file.descriptor, rest.baseAddress, rest.count)
      }
      rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
    }
  }

  /// Calls `fsync` on the file.
  public func synchronize(_ file: OpenFile) throws(RunError) {
    _ = try checked(.flush, file.path) { fsync(file.descriptor) }
  }

  /// Closes the file; a network file system may report a failed write only here.
  public func close(_ file: OpenFile) throws(RunError) {
    if Glibc.close(file.descriptor) != 0 {
      throw .file(.write, path: file.path, code: errno)
    }
  }

  /// Calls `fsync` on the folder.
  public func synchronizeDirectory(_ path: String) throws(RunError) {
    let descriptor = try checked(.flush, path) {
      Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    defer { _ = Glibc.close(descriptor) }
    _ = try checked(.flush, path) { fsync(descriptor) }
  }

  /// Renames in one step, in place of a file of the new name.
  public func rename(_ path: String, to newPath: String) throws(RunError) {
    _ = try checked(.rename, path) { Glibc.rename(path, newPath) }
  }

  /// Removes a file or an empty folder.
  public func remove(_ path: String) throws(RunError) {
    _ = try checked(.remove, path) { Glibc.remove(path) }
  }

  private func open(_ path: String, flags: Int32) throws(RunError) -> OpenFile {
    let descriptor = try checked(.create, path) {
      Glibc.open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0o666)
    }
    return OpenFile(descriptor: descriptor, path: path)
  }
}

/// The result of a system call, made again for as long as a signal interrupts it.
func checked<Result: FixedWidthInteger>(
  _ operation: FileOperation, _ path: String, _ call: () -> Result
) throws(RunError) -> Result {
  while true {
    let result = call()
    if result >= 0 { return result }
    if errno != EINTR { throw .file(operation, path: path, code: errno) }
  }
}
