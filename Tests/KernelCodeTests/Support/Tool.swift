import Foundation

/// A tool that is missing or that failed, so that nothing can be said about the code.
struct ToolFailure: Error, CustomStringConvertible {
  let description: String
}

/// Runs a tool to its end and returns what it printed.
func output(of command: [String]) throws -> String {
  let process = Process()
  let pipe = Pipe()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = command
  process.standardOutput = pipe
  try process.run()
  let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
  process.waitUntilExit()
  guard process.terminationStatus == 0 else {
    throw ToolFailure(
      description: "\(command[0]) failed with code \(process.terminationStatus);"
        + " launch/prepare test installs what the tests need")
  }
  return String(decoding: data, as: UTF8.self)
}

/// Names as they stand in the source, without types: `multiplyGathered(input:count:)`.
func demangled(_ symbols: [String]) throws -> [String] {
  if symbols.isEmpty { return [] }
  let names = try output(of: ["swift", "demangle", "--compact", "--simplified"] + symbols)
  return names.split(separator: "\n").map(String.init)
}
