import Foundation
import Runs
import Testing

struct POSIXFilesTests {
  private let folder = TemporaryFolder()
  private let files = POSIXFiles()

  @Test("A real full disk is reported with the path, the reason and what to do")
  func realFullDisk() throws {
    let file = try files.openForAppending("/dev/full")
    let error = failure { () throws(RunError) in
      try [UInt8](repeating: 1, count: 10).withUnsafeBytes { (bytes) -> Result<Void, RunError> in
        Result { () throws(RunError) in try files.write(bytes, to: file) }
      }.get()
    }
    try files.close(file)
    #expect(
      error?.description
        == "cannot write /dev/full: No space left on device; free some space, then give the same "
        + "command again")
    #expect(error?.exitCode == 73)
  }

  @Test("Operations on what is not there name it")
  func missing() {
    let path = "\(folder.path)/none/file"
    let errors: [(FileOperation, RunError?)] = [
      (.create, failure { () throws(RunError) in try files.create(path) }),
      (.create, failure { () throws(RunError) in try files.makeDirectory(path) }),
      (.rename, failure { () throws(RunError) in try files.rename(path, to: path + "2") }),
      (.remove, failure { () throws(RunError) in try files.remove(path) }),
      (.flush, failure { () throws(RunError) in try files.synchronizeDirectory(path) }),
    ]
    for (operation, error) in errors {
      #expect(error == .file(operation, path: path, code: ENOENT))
      #expect(error?.exitCode == 73)
    }
  }

  @Test("A file that is closed cannot be used")
  func closed() throws {
    let path = "\(folder.path)/file"
    try files.close(try files.create(path))
    let stale = OpenFile(descriptor: -1, path: path)
    #expect(
      failure { () throws(RunError) in try files.synchronize(stale) }
        == .file(.flush, path: path, code: EBADF))
    #expect(
      failure { () throws(RunError) in try files.close(stale) }
        == .file(.write, path: path, code: EBADF))
  }

  @Test(
    "A path has a folder, relative or not",
    arguments: [
      ("name", ".", "name"), ("runs/first", "runs", "first"), ("runs/first/", "runs", "first"),
      ("/name", "/", "name"), ("/a/b/c", "/a/b", "c"),
    ])
  func splitting(path: String, folder: String, name: String) {
    #expect(splitPath(path) == (folder, name))
  }

  @Test("Failures of reading and of the device have codes of their own")
  func exitCodes() {
    #expect(RunError.file(.read, path: "a", code: EIO).exitCode == 74)
    #expect(RunError.file(.list, path: "a", code: ENOENT).exitCode == 66)
    #expect(RunError.file(.flush, path: "a", code: EIO).exitCode == 74)
    #expect(RunError.file(.write, path: "a", code: EROFS).exitCode == 73)
    #expect(
      RunError.file(.flush, path: "a", code: EIO).description
        == "cannot flush a: Input/output error; check the disk or the network file system")
    #expect(
      RunError.file(.create, path: "a", code: EROFS).description
        == "cannot create a: Read-only file system; choose a folder that this user may write")
  }
}
