import Foundation
import Runs
import Testing

struct MetricsLogTests {
  private let folder = TemporaryFolder()
  private var path: String { "\(folder.path)/train.jsonl" }

  private func writeSteps(_ steps: ClosedRange<Int>, attempt: Int) throws {
    let log = try MetricsLog(path, attempt: attempt)
    for step in steps { try log.append(step: step, ["train/loss": .number(1 / Double(step))]) }
    try log.synchronize()
  }

  private func steps() throws -> [MetricValue?] {
    try MetricsLog.records(at: path).map { $0["step"] }
  }

  @Test("A record is one line of JSON with sorted flat names, UTC time, attempt and step")
  func oneLine() throws {
    let log = try MetricsLog(path, attempt: 2)
    try log.append(
      step: 7,
      [
        "train/loss": 0.25, "images": 640, "split": "val", "last": true, "bad": .number(.nan),
      ])
    let pattern =
      /\{"attempt":2,"bad":null,"images":640,"last":true,"split":"val","step":7,"t":"(.*)","train\/loss":0.25\}\n/
    let match = try #require(folder.text("train.jsonl").wholeMatch(of: pattern))
    #expect(match.1.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil)
  }

  @Test("Values come back as they were")
  func roundTrip() throws {
    let fields: [String: MetricValue] = [
      "loss": .number(0.1), "count": .integer(3), "arch": "4,4", "flag": false,
      "bad": .number(.infinity),
    ]
    try MetricsLog(path, attempt: 1).append(step: 1, fields)
    var record = try #require(try MetricsLog.records(at: path).first)
    record["t"] = nil
    let expected = fields.merging(["bad": .missing, "attempt": 1, "step": 1]) { $1 }
    #expect(record == expected)
  }

  @Test("A resumed run leaves no step twice")
  func dropRecords() throws {
    try writeSteps(1...5, attempt: 1)
    let log = try MetricsLog(path, attempt: 2)
    try log.dropRecords(after: 3)
    try log.append(step: 4, [:])
    #expect(try steps() == [1, 2, 3, 4])
    #expect(try MetricsLog.records(at: path).map { $0["attempt"] } == [1, 1, 1, 2])
    try log.dropRecords(after: 0)
    try log.append(step: 1, [:])
    #expect(try steps() == [1])
  }

  @Test("A torn last line is dropped and the next record starts on a line of its own")
  func tornTail() throws {
    try writeSteps(1...3, attempt: 1)
    folder.write(folder.read("train.jsonl").dropLast(5), to: "train.jsonl")
    #expect(try steps() == [1, 2])
    try writeSteps(3...4, attempt: 2)
    #expect(try steps() == [1, 2, 3, 4])
  }

  @Test("A line that cannot be read spoils no other")
  func unreadableLine() throws {
    try writeSteps(1...2, attempt: 1)
    folder.write(folder.read("train.jsonl") + "rubbish\n".utf8, to: "train.jsonl")
    try writeSteps(3...3, attempt: 1)
    #expect(try steps() == [1, 2, 3])
    try MetricsLog(path, attempt: 2).dropRecords(after: 3)
    #expect(!folder.text("train.jsonl").contains("rubbish"))
  }

  @Test("A log that was never written has no records")
  func noFile() throws {
    #expect(try MetricsLog.records(at: path) == [])
  }

  @Test("A full disk is an error, and later records do not join half a line")
  func fullDisk() throws {
    let log = try MetricsLog(path, attempt: 1, files: FaultyFiles(.hiccup, at: 2))
    for step in [1, 2] {
      #expect(failure { () throws(RunError) in try log.append(step: step, [:]) }?.exitCode == 74)
    }
    try writeSteps(1...1, attempt: 2)
    #expect(try steps() == [1])
  }
}
