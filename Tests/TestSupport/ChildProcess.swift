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
  let (process, pipe) = try start(command)
  let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
  process.waitUntilExit()
  guard process.terminationStatus == 0 else {
    throw ToolFailure(
      description: "\(command[0]) failed with code \(process.terminationStatus);"
        + " launch/prepare test installs what the tests need")
  }
  return String(decoding: data, as: UTF8.self)
}

/// Starts a command whose output comes through the pipe.
public func start(_ command: [String]) throws -> (process: Process, output: Pipe) {
  let process = Process()
  let pipe = Pipe()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = command
  process.standardOutput = pipe
  try process.run()
  return (process, pipe)
}
