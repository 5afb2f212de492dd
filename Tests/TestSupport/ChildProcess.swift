import Foundation

/// A tool that is missing or that failed.
public struct ToolFailure: Error, CustomStringConvertible {
  /// What failed, and what installs it.
  public let description: String

  /// A failure in these words.
  public init(description: String) {
    self.description = description
  }
}

/// Runs a command to its end and returns what it printed.
///
/// - Throws: `ToolFailure` when it ends with another code than 0.
public func output(of command: [String]) throws -> String {
  let process = process(of: command)
  let data = try printed(by: process, withErrors: false)
  guard process.terminationStatus == 0 else {
    throw ToolFailure(
      description: "\(command[0]) failed with code \(process.terminationStatus);"
        + " launch/prepare test installs what the tests need")
  }
  return String(decoding: data, as: UTF8.self)
}

/// A command as a process that was not started yet.
private func process(of command: [String]) -> Process {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = command
  return process
}

/// Runs a process to its end and returns what it printed.
///
/// By way of a file: a daemon that MPI starts from this process at the same moment would inherit a pipe and keep it open.
///
/// - Parameter withErrors: whether to return its errors as well.
public func printed(by process: Process, withErrors: Bool) throws -> Data {
  let file = FileManager.default.temporaryDirectory
    .appending(path: "vernier-\(UUID().uuidString)")
  try Data().write(to: file)
  defer { try? FileManager.default.removeItem(at: file) }
  let handle = try FileHandle(forWritingTo: file)
  process.standardOutput = handle
  if withErrors { process.standardError = handle }
  try process.run()
  process.waitUntilExit()
  return try Data(contentsOf: file)
}

/// Starts a command whose output comes through the pipe.
public func start(_ command: [String]) throws -> (process: Process, output: Pipe) {
  let process = process(of: command)
  let pipe = Pipe()
  process.standardOutput = pipe
  try process.run()
  return (process, pipe)
}
