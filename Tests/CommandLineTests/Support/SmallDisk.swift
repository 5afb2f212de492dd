import Foundation
import Glibc

/// A file system in memory that can be filled or made read-only; only root can make one.
struct SmallDisk {
  private let path: String

  /// Whether this user may mount; tried once.
  static let isPossible: Bool = {
    let folder = FileManager.default.temporaryDirectory.path + "/vernier-\(UUID().uuidString)"
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { rmdir(folder) }
    guard mount("tmpfs", folder, "tmpfs", 0, "size=64k") == 0 else { return false }
    return umount2(folder, Int32(MNT_DETACH)) == 0
  }()

  /// Mounts one on the folder `path` for as long as `body` works.
  static func use(
    at path: String, kilobytes: Int, readOnly: Bool = false, _ body: (SmallDisk) throws -> Void
  ) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    let disk = SmallDisk(path: path)
    try disk.mounted(readOnly ? UInt(MS_RDONLY) : 0, "size=\(kilobytes)k")
    defer { umount2(path, Int32(MNT_DETACH)) }
    try body(disk)
  }

  /// Makes room.
  func grow(toKilobytes kilobytes: Int) throws {
    try mounted(UInt(MS_REMOUNT), "size=\(kilobytes)k")
  }

  private func mounted(_ flags: UInt, _ options: String) throws {
    guard mount("tmpfs", path, "tmpfs", flags, options) == 0 else {
      throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO)
    }
  }
}
