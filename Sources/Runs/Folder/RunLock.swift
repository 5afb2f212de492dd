import Foundation

/// The right to write into a run folder, held until this object or its process ends.
///
/// It is the kernel's `flock`, so nothing stays behind after a crash; the text in the file only says who.
public final class RunLock: Sendable {
  private let descriptor: Int32

  init(_ path: String, run: String) throws(RunError) {
    let descriptor = try checked(.lock, path) { open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666) }
    self.descriptor = descriptor
    do throws(RunError) {
      _ = try checked(.lock, path) { flock(descriptor, LOCK_EX | LOCK_NB) }
    } catch .file(_, _, EWOULDBLOCK) {
      throw .inUse(path: run, holder: Self.holder(in: path))
    }
    Self.sign(descriptor)
  }

  deinit { close(descriptor) }

  private static func holder(in path: String) -> String {
    let text = (try? readFile(path)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    return text.isEmpty ? "another process" : text
  }

  /// Says who holds the lock; best effort, since the lock holds without it.
  private static func sign(_ descriptor: Int32) {
    let host = ProcessInfo.processInfo.hostName
    let text = "process \(getpid()) on \(host) since \(Date().ISO8601Format())"
    ftruncate(descriptor, 0)
    _ = text.utf8.withContiguousStorageIfAvailable {
      pwrite(descriptor, $0.baseAddress, $0.count, 0)
    }
  }
}
