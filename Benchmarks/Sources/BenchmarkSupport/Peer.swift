import Foundation

/// Another program that does the same work in a process of its own, a turn at a time, on command.
///
/// It says its name and version in one line when it is ready. Then it answers every line of its
/// input with one line: the seconds that the turn took.
public final class Peer {
  /// What the other program calls itself, such as "torch 2.13.0+cpu".
  public private(set) var name = ""
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()
  private var received = Data()

  /// Starts a program and waits until it is ready.
  ///
  /// - Parameters:
  ///   - command: the program, found as a shell finds it, and its arguments.
  ///   - environment: laid over this process's own.
  /// - Throws: `PeerError`, or what the system says when there is no such program.
  public init(_ command: [String], environment: [String: String]) throws {
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = command
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    name = try readLine()
  }

  /// Starts one of the scripts in `Benchmarks/Peer`.
  ///
  /// - Parameters:
  ///   - python: a Python that has PyTorch.
  ///   - script: the file's name.
  ///   - arguments: the script's own.
  public convenience init(python: String, script: String, _ arguments: [String]) throws {
    // Memory kept between turns: without this PyTorch spends much of a step on page faults.
    try self.init(
      [python, "-B", BenchmarkFiles.folder("Peer").appending(path: script).path] + arguments,
      environment: [
        "MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": "1000000000000",
        "MALLOC_TOP_PAD_": "1000000000",
      ])
  }

  deinit {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  /// The seconds of one turn.
  public func seconds(_ command: String) throws -> Double {
    try input.fileHandleForWriting.write(contentsOf: Data((command + "\n").utf8))
    let answer = try readLine()
    guard let seconds = Double(answer) else {
      throw PeerError("\(name) answered \"\(answer)\" instead of seconds")
    }
    return seconds
  }

  private func readLine() throws -> String {
    while true {
      if let end = received.firstIndex(of: UInt8(ascii: "\n")) {
        defer { received = Data(received[(end + 1)...]) }
        return String(decoding: received[..<end], as: UTF8.self)
      }
      let more = output.fileHandleForReading.availableData
      guard !more.isEmpty else {
        throw PeerError("\(name.isEmpty ? "the peer" : name) ended; what it said is above")
      }
      received.append(more)
    }
  }
}

/// Why a peer is of no use; one sentence.
public struct PeerError: Error, CustomStringConvertible {
  /// The sentence.
  public let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// Where the benchmarks' other files are.
public enum BenchmarkFiles {
  /// A folder beside `Sources`.
  public static func folder(_ name: String) -> URL {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appending(path: "../../\(name)").standardized
  }
}
