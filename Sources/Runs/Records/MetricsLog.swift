import Foundation

/// Figures over time as JSON lines: one object a line, flat names, one writer.
///
/// Each record has `t` (UTC), `attempt` and `step` beside its own fields. The file is a picture for people,
/// not a state to go on from: lines that cannot be read are left out.
public final class MetricsLog {
  private let file: LineFile
  private let attempt: Int

  /// Goes on with the file at `path`, or starts it; half a line at its end is removed.
  ///
  /// - Parameter attempt: which start of the run this is, from 1.
  public init(_ path: String, attempt: Int, files: any FileLayer = POSIXFiles()) throws(RunError) {
    file = LineFile(path, files: files)
    self.attempt = attempt
    let (lines, torn) = try file.contents()
    if !torn.isEmpty { try file.rewrite(lines) }
  }

  /// Adds one record.
  public func append(step: Int, _ fields: [String: MetricValue]) throws(RunError) {
    var record = fields
    record["t"] = .text(Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
    record["attempt"] = .integer(attempt)
    record["step"] = .integer(step)
    try file.append(try encodeJSON(record, for: file.path), durable: false)
  }

  /// Brings all records to the disk; for use just before a checkpoint of the same step.
  public func synchronize() throws(RunError) {
    try file.synchronize()
  }

  /// Removes the records after `step`, which a run that goes on from there is about to write again.
  public func dropRecords(after step: Int) throws(RunError) {
    let lines = try file.contents().lines
    let kept = lines.filter { line in
      guard let record = decodeJSON(Position.self, from: line) else { return false }
      return record.step <= step
    }
    if kept.count < lines.count { try file.rewrite(kept) }
  }

  /// All records of a log in the order written; none when there is no file.
  public static func records(at path: String) throws(RunError) -> [[String: MetricValue]] {
    try LineFile(path, files: POSIXFiles()).contents().lines
      .compactMap { decodeJSON([String: MetricValue].self, from: $0) }
  }

  private struct Position: Decodable {
    let step: Int
  }
}
