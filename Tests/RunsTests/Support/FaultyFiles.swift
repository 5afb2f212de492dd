import Foundation
import Runs

/// The real disk until operation number `position` (from 0), where a fault strikes.
///
/// It flushes nothing for real. Instead it remembers what was never flushed, so that a loss of power can take
/// exactly that away.
final class FaultyFiles: FileLayer, @unchecked Sendable {
  enum Fault: CaseIterable {
    /// One operation fails with EIO.
    case hiccup
    /// From here on nothing can grow; removing and renaming work.
    case diskFull
    /// From here on nothing can change.
    case readOnly
    /// The process ends in the middle of the operation.
    case kill
    /// The process ends and whatever was not flushed is lost.
    case powerLoss
  }

  private(set) var operations = 0
  private let position: Int
  private let fault: Fault?
  private let real = POSIXFiles()
  private var cache = UnflushedChanges()

  init(_ fault: Fault? = nil, at position: Int = .max) {
    self.fault = fault
    self.position = position
  }

  func makeDirectory(_ path: String) throws(RunError) {
    try strike(.create, path, grows: true)
    if !FileManager.default.fileExists(atPath: path) { cache.noteCreation(of: path) }
    try real.makeDirectory(path)
  }

  func create(_ path: String) throws(RunError) -> OpenFile {
    try strike(.create, path, grows: true)
    if !FileManager.default.fileExists(atPath: path) { cache.noteCreation(of: path) }
    return try real.create(path)
  }

  func openForAppending(_ path: String) throws(RunError) -> OpenFile {
    try strike(.create, path, grows: true)
    if !FileManager.default.fileExists(atPath: path) { cache.noteCreation(of: path) }
    return try real.openForAppending(path)
  }

  func write(_ bytes: UnsafeRawBufferPointer, to file: OpenFile) throws(RunError) {
    if !isBroken { cache.noteWriting(to: file.path) }
    try strike(.write, file.path, grows: true) {
      let half = UnsafeRawBufferPointer(rebasing: bytes.prefix(bytes.count / 2))
      try? real.write(half, to: file)
    }
    try real.write(bytes, to: file)
  }

  func synchronize(_ file: OpenFile) throws(RunError) {
    try strike(.flush, file.path, grows: true)
    cache.noteFlush(of: file.path)
  }

  func close(_ file: OpenFile) throws(RunError) {
    try real.close(file)
    try strike(.write, file.path, grows: true)
  }

  func synchronizeDirectory(_ path: String) throws(RunError) {
    try strike(.flush, path, grows: false)
    cache.noteFlush(ofFolder: path)
  }

  func rename(_ path: String, to newPath: String) throws(RunError) {
    try strike(.rename, path, grows: false)
    cache.noteRenaming(of: path, to: newPath)
    try real.rename(path, to: newPath)
  }

  func remove(_ path: String) throws(RunError) {
    try strike(.remove, path, grows: false)
    try real.remove(path)
  }

  private var isBroken: Bool { operations > position }

  /// Counts the operation and throws when it is one that fails.
  private func strike(
    _ operation: FileOperation, _ path: String, grows: Bool, halfway: () -> Void = {}
  ) throws(RunError) {
    defer { operations += 1 }
    guard let fault, operations >= position else { return }
    switch fault {
    case .hiccup:
      if operations == position { throw .file(operation, path: path, code: EIO) }
    case .diskFull:
      if grows { throw .file(operation, path: path, code: ENOSPC) }
    case .readOnly:
      throw .file(operation, path: path, code: EROFS)
    case .kill, .powerLoss:
      if operations == position {
        halfway()
        if fault == .powerLoss { cache.lose() }
      }
      throw .file(operation, path: path, code: ECANCELED)
    }
  }
}
