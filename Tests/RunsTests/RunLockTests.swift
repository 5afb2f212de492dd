import Foundation
import Runs
import TestSupport
import Testing

struct RunLockTests {
  private let folder = TemporaryFolder()

  @Test("A second run in the folder is refused with the holder's name until the first ends")
  func secondRun() throws {
    let run = try RunDirectory.open(at: folder.path)
    var first: RunLock? = try run.lock()
    let error = failure { () throws(RunError) in try run.lock() }
    guard case .inUse(folder.path, let holder)? = error else {
      Issue.record("not refused: \(String(describing: error))")
      return
    }
    let process = ProcessInfo.processInfo
    #expect(
      holder.hasPrefix("process \(process.processIdentifier) on \(process.hostName) since 20"))
    #expect(
      error?.description
        == "the run folder \(folder.path) is in use by \(holder); wait for it to end or choose "
        + "another run name")
    #expect(error?.exitCode == 73)
    withExtendedLifetime(first) {}
    first = nil
    _ = try run.lock()
  }

  @Test("The lock of a process that was killed is free")
  func killedHolder() throws {
    let run = try RunDirectory.open(at: folder.path)
    let (holder, output) = try start([
      "flock", "--no-fork", "\(folder.path)/lock", "sh", "-c", "echo held; exec sleep 600",
    ])
    defer { holder.terminate() }
    #expect(output.fileHandleForReading.availableData == Data("held\n".utf8))
    #expect(
      failure { () throws(RunError) in try run.lock() }
        == .inUse(path: folder.path, holder: "another process"))
    kill(holder.processIdentifier, SIGKILL)
    holder.waitUntilExit()
    _ = try run.lock()
  }
}
