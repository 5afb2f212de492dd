/// A file that is open for writing.
public struct OpenFile: Sendable {
  /// The system's number for the open file.
  public let descriptor: Int32
  /// The path it was opened by, for messages.
  public let path: String

  /// A file opened by `path`.
  public init(descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }
}

/// Every way in which a run changes the disk.
///
/// All writing in this module goes through these few operations, so that a test can fail, or end the
/// world, at each of them in turn. Reading does not: it changes nothing.
public protocol FileLayer: Sendable {
  /// Makes one folder whose parent exists; a folder that is already there is fine.
  func makeDirectory(_ path: String) throws(RunError)
  /// Opens a new, empty file, in place of an older one.
  func create(_ path: String) throws(RunError) -> OpenFile
  /// Opens a file to write after its end, empty if it is new.
  func openForAppending(_ path: String) throws(RunError) -> OpenFile
  /// Writes all bytes.
  func write(_ bytes: UnsafeRawBufferPointer, to file: OpenFile) throws(RunError)
  /// Returns when the contents of the file would survive a loss of power.
  func synchronize(_ file: OpenFile) throws(RunError)
  /// Ends writing; the file is closed even when this throws.
  func close(_ file: OpenFile) throws(RunError)
  /// Returns when the names inside a folder would survive a loss of power.
  func synchronizeDirectory(_ path: String) throws(RunError)
  /// Gives a file or folder another name at once, in place of a file that has it.
  func rename(_ path: String, to newPath: String) throws(RunError)
  /// Removes a file or an empty folder.
  func remove(_ path: String) throws(RunError)
}
