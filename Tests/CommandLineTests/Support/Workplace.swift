import Foundation
import Testing

/// A temporary folder with a configuration, in which somebody types commands.
final class Workplace {
  let path: String
  private var commands = 0

  /// Makes the folder with `run.yaml`.
  init(_ configuration: String = tinyRun) throws {
    path = FileManager.default.temporaryDirectory.path + "/vernier-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try configuration.write(toFile: "\(path)/run.yaml", atomically: true, encoding: .utf8)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The run of `run.yaml`.
  var run: RunOnDisk { RunOnDisk(path: "\(path)/runs/tiny") }

  /// Types a command and leaves it running.
  ///
  /// - Parameter ranks: under mpirun with so many ranks; nil without mpirun.
  func start(_ words: String..., ranks: Int? = nil) throws -> ProcessSession {
    try start(words, ranks: ranks)
  }

  /// Types a command and waits for its end.
  func vernier(_ words: String..., ranks: Int? = nil) throws -> Outcome {
    try vernier(words, ranks: ranks)
  }

  /// Types a command and waits for its end.
  func vernier(_ words: [String], ranks: Int? = nil) throws -> Outcome {
    let session = try start(words, ranks: ranks)
    let exitCode = try session.wait()
    return Outcome(
      exitCode: exitCode, output: session.output, errors: session.errors,
      isUnderLauncher: ranks != nil)
  }

  /// Types a command and leaves it running.
  func start(_ words: [String], ranks: Int? = nil) throws -> ProcessSession {
    commands += 1
    return try ProcessSession(
      (ranks.map(Program.launcher(ranks:)) ?? []) + [Program.path] + words,
      environment: Program.environment, in: path, output: "\(path)/terminal-\(commands)")
  }
}

/// What a command left on the terminal.
struct Outcome: CustomStringConvertible {
  let exitCode: Int32
  let output: String
  let errors: String
  let isUnderLauncher: Bool

  /// Lines of standard error; under mpirun those of the program, without mpirun's own.
  var complaints: [String] {
    let lines = errors.split(separator: "\n").map(String.init)
    guard isUnderLauncher else { return lines }
    return lines.filter { $0.hasPrefix("vernier: ") || $0.hasPrefix("[rank ") }
  }

  var description: String { "exit code \(exitCode)\n\(output)\n\(errors)" }
}

/// The binary under test and how it is started.
enum Program {
  /// The program that was built beside these tests.
  static let path =
    URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().path + "/vernier"

  /// Without the variables of a launcher that may run these tests; other tests here start MPI.
  static let environment = ProcessInfo.processInfo.environment
    .filter { name, _ in !["OMPI_", "PMIX_", "PRTE_", "ORTE_"].contains(where: name.hasPrefix) }
    .merging([
      "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    ]) { $1 }

  /// Several ranks on few processors.
  static func launcher(ranks: Int) -> [String] {
    [
      "mpirun", "-n", "\(ranks)", "--oversubscribe", "--bind-to", "none", "--mca",
      "mpi_yield_when_idle", "1",
    ]
  }
}

/// A refused command: its exit code, and one sentence that has all the words.
func expectRefusal(
  _ outcome: Outcome, code: Int32, saying words: String...,
  location: SourceLocation = #_sourceLocation
) {
  #expect(outcome.exitCode == code, "\(outcome)", sourceLocation: location)
  #expect(outcome.complaints.count == 1, "\(outcome)", sourceLocation: location)
  for word in words {
    #expect(
      outcome.complaints.first?.contains(word) == true, "\(outcome)", sourceLocation: location)
  }
}

/// A command that did what it should.
func expectSuccess(_ outcome: Outcome, location: SourceLocation = #_sourceLocation) {
  #expect(outcome.exitCode == 0, "\(outcome)", sourceLocation: location)
}
