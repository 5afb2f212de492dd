import Foundation
import Runs
import Testing

struct JournalTests {
  struct Decision: Codable, Equatable, Sendable {
    var candidate: Int
    var score: Double?
    var note = "widths \"4,4\" / é\n"
  }

  private let folder = TemporaryFolder()
  private var path: String { "\(folder.path)/journal.jsonl" }

  private func open(_ files: FaultyFiles = FaultyFiles()) throws(RunError) -> Journal<Decision> {
    try Journal(path, files: files)
  }

  private func decisions(_ count: Int) -> [Decision] {
    (0..<count).map { Decision(candidate: $0, score: $0 % 2 == 0 ? nil : 1 / Double($0)) }
  }

  @Test("Records come back in order, over several openings")
  func roundTrip() throws {
    for (index, decision) in decisions(4).enumerated() {
      let journal = try open()
      #expect(journal.recovered == decisions(index))
      #expect(journal.warning == nil)
      try journal.append(decision)
    }
    #expect(try Journal<Decision>.records(at: path) == decisions(4))
  }

  @Test("Every line is JSON that other programs can read")
  func linesAreJSON() throws {
    try open().append(Decision(candidate: 3, score: 0.5, note: "x"))
    let pattern = /\{"xxh3":"[0-9a-f]{16}","record":\{"candidate":3,"note":"x","score":0.5\}\}\n/
    #expect(folder.text("journal.jsonl").wholeMatch(of: pattern) != nil)
  }

  @Test("A journal torn at any byte keeps every whole record, says so once and goes on")
  func tornTail() throws {
    let journal = try open()
    for decision in decisions(3) { try journal.append(decision) }
    let whole = folder.read("journal.jsonl")
    let ends = whole.indices.filter { whole[$0] == UInt8(ascii: "\n") }.map { $0 + 1 }
    for count in 0..<whole.count {
      folder.write(whole.prefix(count), to: "journal.jsonl")
      let kept = ends.count { $0 <= count }
      let reopened = try open()
      #expect(reopened.recovered == decisions(kept), "\(count) bytes")
      let isWhole = count == 0 || ends.contains(count)
      let warning =
        "\(path) ended in a torn line after record \(kept); that line was removed"
      #expect(reopened.warning == (isWhole ? nil : warning), "\(count) bytes")
      try reopened.append(decisions(3)[kept])
      #expect(try open().recovered == decisions(kept + 1))
    }
  }

  @Test("A last line of rubbish is a torn line too")
  func rubbishTail() throws {
    try open().append(decisions(1)[0])
    folder.write(folder.read("journal.jsonl") + [0, 0, 0, 10], to: "journal.jsonl")
    #expect(try Journal<Decision>.records(at: path) == decisions(1))
    #expect(try open().warning != nil)
    #expect(try open().warning == nil)
  }

  @Test("An altered byte before the last line is an error that names the line")
  func middleDamage() throws {
    let journal = try open()
    for decision in decisions(3) { try journal.append(decision) }
    let whole = folder.read("journal.jsonl")
    let firstEnd = try #require(whole.firstIndex(of: UInt8(ascii: "\n")))
    for index in 0..<firstEnd {
      var bytes = whole
      bytes[index] ^= 1
      folder.write(bytes, to: "journal.jsonl")
      let error = failure { () throws(RunError) in try open() }
      #expect(error?.description.contains("line 1 of ") == true, "byte \(index)")
      #expect(error?.exitCode == 65)
    }
  }

  @Test("A line that is lost or moved is noticed")
  func lostLine() throws {
    let journal = try open()
    for decision in decisions(4) { try journal.append(decision) }
    let lines = folder.text("journal.jsonl").split(separator: "\n")
    for order in [[0, 2, 3], [0, 2, 1, 3]] {
      folder.write(order.map { lines[$0] + "\n" }.joined().utf8, to: "journal.jsonl")
      #expect(
        failure { () throws(RunError) in try open() }
          == .damaged(path: path, reason: "line 2 of \(order.count) is not as written"))
    }
  }

  @Test("Records of another kind are refused")
  func anotherKind() throws {
    try open().append(decisions(1)[0])
    let error = failure { () throws(RunError) in try Journal<Int>(path) }
    #expect(error == .damaged(path: path, reason: "line 1 is whole but no Int"))
  }

  @Test(
    "A stop or failure at any operation loses no acknowledged record",
    arguments: FaultyFiles.Fault.allCases)
  func anyOperation(fault: FaultyFiles.Fault) throws {
    for position in 0..<12 {
      folder.remove("journal.jsonl")
      let files = FaultyFiles(fault, at: position)
      var acknowledged = 0
      let error = failure { () throws(RunError) in
        let journal = try open(files)
        for decision in decisions(5) {
          try journal.append(decision)
          acknowledged += 1
        }
      }
      #expect((error == nil) == (acknowledged == 5))
      let recovered = try open().recovered
      #expect(recovered.starts(with: decisions(acknowledged)), "operation \(position)")
      #expect(recovered.count <= acknowledged + 1)
      try open().append(decisions(5)[0])
    }
  }

  @Test("After a failure the journal takes no more records, so the torn line stays the last")
  func failureIsFinal() throws {
    let journal = try open(FaultyFiles(.hiccup, at: 2))
    for decision in decisions(2) {
      #expect(
        failure { () throws(RunError) in try journal.append(decision) }
          == .file(.write, path: path, code: EIO))
    }
    #expect(try open().recovered == [])
  }
}
