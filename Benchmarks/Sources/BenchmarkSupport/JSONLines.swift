import Foundation

/// Prints one value as one line of JSON, with keys in snake case and in order.
public func printLine(_ value: some Encodable) throws {
  let encoder = JSONEncoder()
  encoder.keyEncodingStrategy = .convertToSnakeCase
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  FileHandle.standardOutput.write(try encoder.encode(value) + Data("\n".utf8))
}

/// The first line of a benchmark's output: on what it ran.
public struct Header: Encodable {
  let kind = "header"
  let benchmark: String
  let date = Date.now.formatted(.iso8601)
  let machine = Machine()
  let commit = firstLine(of: "git", "describe", "--always", "--dirty", "--abbrev=12")
  let swift = firstLine(of: "swift", "--version")
  let kernels: String
  let threads: Int
  let rounds: Int
  let peakGigaflops: Double
  let peers: [String]

  /// - Parameters:
  ///   - benchmark: what is measured.
  ///   - engine: our threads and kernels, as resolved.
  ///   - peak: what percentages are of, in 10^9 floating-point operations a second.
  ///   - peers: who is compared with.
  public init(
    _ benchmark: String, engine: EngineOptions, peak: Double, peers: [Peer?] = []
  ) throws {
    self.benchmark = benchmark
    kernels = try engine.kernelSet().choice.rawValue
    threads = engine.threads
    rounds = engine.rounds
    peakGigaflops = peak
    self.peers = peers.compactMap { $0?.name }
  }
}

/// What the system says of the machine.
struct Machine: Encodable {
  let processor = Self.field("model name", of: "/proc/cpuinfo")
  let processors = ProcessInfo.processInfo.activeProcessorCount
  let memoryGibibytes = Double(ProcessInfo.processInfo.physicalMemory) / 0x1p30
  let system = Self.field("PRETTY_NAME", of: "/etc/os-release")

  /// The value of the first line `key : value` or `key="value"` of a file.
  private static func field(_ key: String, of file: String) -> String? {
    guard let text = try? String(contentsOfFile: file, encoding: .utf8) else { return nil }
    let line = text.split(separator: "\n").first { $0.hasPrefix(key) }
    return line?.dropFirst(key.count).trimmingCharacters(in: CharacterSet(charactersIn: "\t :=\""))
  }
}

/// What a command of the checkout prints first; nil where there is no such command.
private func firstLine(of command: String...) -> String? {
  let process = Process()
  let output = Pipe()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = command
  process.currentDirectoryURL = BenchmarkFiles.folder("Sources")
  process.standardOutput = output
  process.standardError = FileHandle.nullDevice
  guard (try? process.run()) != nil else { return nil }
  let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  process.waitUntilExit()
  return process.terminationStatus == 0 ? text.split(separator: "\n").first.map(String.init) : nil
}
