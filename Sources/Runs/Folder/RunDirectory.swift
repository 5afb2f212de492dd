import Foundation

/// One run's folder: where everything is, and the small files in it.
///
///     <run>/config.yaml config.input.yaml network.json env.json STATUS attempt lock result.json report.html
///           metrics/{train,search,retrain}.jsonl   search/{journal,predictor,bench}.jsonl   checkpoints/
public struct RunDirectory: Sendable {
  /// The logs of figures that a run writes.
  public enum Metrics: String, CaseIterable, Sendable {
    case train, search, retrain
  }

  /// The folder itself.
  public let path: String
  private let files: any FileLayer

  /// Opens a run's folder to write into it, making what is missing.
  public static func open(
    at path: String, files: any FileLayer = POSIXFiles()
  ) throws(RunError) -> RunDirectory {
    for folder in [path, "\(path)/metrics", checkpoints(of: path), "\(path)/search"] {
      try files.makeDirectories(folder)
    }
    return RunDirectory(path: path, files: files)
  }

  /// Opens a run's folder to read from it; nothing is written.
  ///
  /// - Throws: `file` with `ENOENT` when there is no such folder.
  public static func existing(at path: String) throws(RunError) -> RunDirectory {
    guard isDirectory(path) else { throw .file(.read, path: path, code: ENOENT) }
    return RunDirectory(path: path, files: POSIXFiles())
  }

  private init(path: String, files: any FileLayer) {
    self.path = path
    self.files = files
  }
}

extension RunDirectory {
  /// The resolved configuration.
  public var configuration: String { "\(path)/config.yaml" }
  /// The configuration as the user gave it.
  public var givenConfiguration: String { "\(path)/config.input.yaml" }
  /// What the images and the budget make of the configured network.
  public var network: String { "\(path)/network.json" }
  /// Where and how the last attempt ran.
  public var environment: String { "\(path)/env.json" }
  /// What the run found.
  public var result: String { "\(path)/result.json" }
  /// The page for people.
  public var report: String { "\(path)/report.html" }
  /// What the search asked and was told.
  public var searchJournal: String { "\(path)/search/journal.jsonl" }
  /// What the networks scored that a sampler's predictor learns from.
  public var predictorJournal: String { "\(path)/search/predictor.jsonl" }
  /// What networks of a table scored.
  public var benchJournal: String { "\(path)/search/bench.jsonl" }
  /// For a `CheckpointStore`.
  public var checkpoints: String { Self.checkpoints(of: path) }

  /// The same for a folder that need not exist.
  public static func checkpoints(of path: String) -> String { "\(path)/checkpoints" }

  /// The file of one log of figures.
  public func metrics(_ log: Metrics) -> String { "\(path)/metrics/\(log.rawValue).jsonl" }

  private var statusFile: String { "\(path)/STATUS" }
  private var attemptFile: String { "\(path)/attempt" }
}

extension RunDirectory {
  /// Takes the right to write; it ends with the returned object or with the process.
  ///
  /// - Throws: `inUse`, naming the holder, at once when another process has it.
  public func lock() throws(RunError) -> RunLock {
    try RunLock("\(path)/lock", run: path)
  }

  /// Counts and returns how often the run was started, this time included.
  public func beginAttempt() throws(RunError) -> Int {
    let attempt = try attempts() + 1
    try write("\(attempt)\n", to: attemptFile)
    return attempt
  }

  /// How often the run was started.
  public func attempts() throws(RunError) -> Int {
    guard let text = try text(of: attemptFile) else { return 0 }
    guard let attempts = Int(text.trimmingCharacters(in: .newlines)) else {
      throw .damaged(path: attemptFile, reason: "it is not a number")
    }
    return attempts
  }

  /// Where the run stands; `nil` before anything was written.
  public func status() throws(RunError) -> RunStatus? {
    guard let text = try text(of: statusFile) else { return nil }
    guard let status = RunStatus(text.trimmingCharacters(in: .newlines)) else {
      throw .damaged(path: statusFile, reason: "it is not a line such as running supernet step 12")
    }
    return status
  }

  /// Says where the run stands.
  public func setStatus(_ status: RunStatus) throws(RunError) {
    try write(status.text + "\n", to: statusFile)
  }

  /// Replaces one of the folder's files so that no reader ever sees half of it.
  public func write(_ text: String, to file: String) throws(RunError) {
    try files.replace(file, with: Array(text.utf8))
  }

  /// As `write(_:to:)`, as one line of JSON with sorted keys.
  public func write(json value: some Encodable, to file: String) throws(RunError) {
    try files.replace(file, with: try encodeJSON(value, for: file) + [UInt8(ascii: "\n")])
  }

  /// The contents of one of the folder's files; `nil` when there is none.
  public func text(of file: String) throws(RunError) -> String? {
    try readFileIfPresent(file).map { String(decoding: $0, as: UTF8.self) }
  }

  /// What `write(json:to:)` wrote; `nil` when there is none.
  public func json<Value: Decodable>(
    _ type: Value.Type, of file: String
  ) throws(RunError) -> Value? {
    guard let bytes = try readFileIfPresent(file) else { return nil }
    guard let value = decodeJSON(type, from: bytes) else {
      throw .damaged(path: file, reason: "it is not a \(type)")
    }
    return value
  }
}
