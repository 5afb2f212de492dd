import Foundation

/// Runs a command to its end and returns what it printed.
func output(of command: [String]) throws -> String {
  let (process, pipe) = try start(command)
  let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
  process.waitUntilExit()
  return String(decoding: data, as: UTF8.self)
}

/// Starts a command whose output comes through the pipe.
func start(_ command: [String]) throws -> (process: Process, output: Pipe) {
  let process = Process()
  let pipe = Pipe()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = command
  process.standardOutput = pipe
  try process.run()
  return (process, pipe)
}
