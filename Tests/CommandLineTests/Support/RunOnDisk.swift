import Foundation
import Runs
import Testing

/// A run's folder as its user sees it.
struct RunOnDisk {
  let path: String

  /// A candidate's line in the journal, as far as results go.
  struct Scored: Codable, Hashable, Comparable, Sendable {
    let bins: [Int]
    let macs: Int
    let accuracy, loss: Double

    static func < (left: Scored, right: Scored) -> Bool {
      left.bins.lexicographicallyPrecedes(right.bins)
    }
  }

  /// All in which two runs of one configuration have to be equal.
  struct Traces: Equatable, Sendable {
    /// What `runs hash` prints.
    let hashes: String
    /// What the supernet's last checkpoint says beside its tensors: the losses of its widths.
    let state: String
    /// `result.json`: winner, costs, accuracies on the test set.
    let result: String
    /// The journal's candidates, by bins.
    let scores: [Scored]
  }

  func traces() throws -> Traces {
    let supernet = try #require(checkpoints(of: "supernet").last)
    return Traces(
      hashes: try hashes(), state: try text("checkpoints/\(supernet)/state.json"),
      result: try text("result.json"), scores: try scores().sorted())
  }

  /// What `runs hash` prints; fails the test unless it succeeds in silence.
  func hashes() throws -> String {
    let outcome = try Workplace().vernier("runs", "hash", path)
    expectSuccess(outcome)
    #expect(outcome.errors.isEmpty)
    return outcome.output
  }

  func scores() throws -> [Scored] {
    try Journal<Scored>.records(at: "\(path)/search/journal.jsonl")
  }

  /// The steps in a log of figures, in the order of its lines.
  func steps(_ log: String) throws -> [Int] {
    try MetricsLog.records(at: "\(path)/metrics/\(log).jsonl").compactMap { record in
      guard case .integer(let step)? = record["step"] else { return nil }
      return step
    }
  }

  /// Units of work done: steps of the supernet, candidates, steps of the retraining; `tinyRun` writes a line
  /// for each.
  func progress() -> Int {
    ["metrics/train.jsonl", "search/journal.jsonl", "metrics/retrain.jsonl"].reduce(0) {
      sum, file in
      let bytes = FileManager.default.contents(atPath: "\(path)/\(file)") ?? Data()
      return sum + bytes.count { $0 == UInt8(ascii: "\n") }
    }
  }

  /// Such as "running supernet step 3"; empty when there is none.
  var status: String {
    ((try? text("STATUS")) ?? "").trimmingCharacters(in: .newlines)
  }

  /// The second word of the status.
  var phase: String {
    let words = status.split(separator: " ")
    return words.count > 1 ? String(words[1]) : "start"
  }

  /// Names of the checkpoints of a phase, the newest last.
  func checkpoints(of phase: String = "") -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(path)/checkpoints")) ?? []
    return names.filter { $0.hasPrefix("\(phase)") && $0.contains("-step-") && !$0.hasPrefix(".") }
      .sorted()
  }

  func text(_ file: String) throws -> String {
    try String(contentsOfFile: "\(path)/\(file)", encoding: .utf8)
  }

  func exists(_ file: String = "") -> Bool {
    FileManager.default.fileExists(atPath: "\(path)/\(file)")
  }
}
