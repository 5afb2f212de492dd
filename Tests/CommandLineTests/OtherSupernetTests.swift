import Foundation
import Testing

extension CommandLineTests {
  /// Several searches of one supernet.
  @Suite struct OtherSupernetTests {
    private static let budget = ["--set", "search.budget.macs=80%", "--set", "run.name=second"]

    @Test(.timeLimit(.minutes(5)), arguments: [nil, 2])
    func takingASupernetIsAsTrainingIt(ranks: Int?) throws {
      let place = try Workplace()
      expectSuccess(try place.vernier("train", "run.yaml"))
      let command = ["run", "run.yaml", "--set", "supernet.from=runs/tiny"] + Self.budget
      let outcome = try place.vernier(command, ranks: ranks)
      expectSuccess(outcome)
      #expect(outcome.output.contains("took the supernet of the run in runs/tiny"), "\(outcome)")
      let second = RunOnDisk(path: "\(place.path)/runs/second")
      #expect(try second.steps("train") == Array(1...TinySteps.supernet))

      let alone = try Workplace()
      expectSuccess(try alone.vernier(["run", "run.yaml"] + Self.budget))
      let traces = try RunOnDisk(path: "\(alone.path)/runs/second").traces()
      #expect(try second.traces() == traces)
      // The copy does without the other run.
      try FileManager.default.removeItem(atPath: place.run.path)
      expectSuccess(try place.vernier(command, ranks: ranks))
      #expect(try second.traces() == traces)
    }

    @Test(.timeLimit(.minutes(5)))
    func whatCannotBeTakenIsRefusedBeforeAnythingIsWritten() throws {
      let place = try Workplace()
      expectSuccess(try place.vernier("train", "run.yaml"))
      let other = try place.vernier(
        "search", "run.yaml", "--set", "run.name=second", "--set", "supernet.from=runs/tiny",
        "--set", "run.seed=4", "--set", "engine.threads=2")
      #expect(other.exitCode == 2, "\(other)")
      #expect(
        other.complaints.first?.hasPrefix(
          "vernier: supernet.from: the run in runs/tiny trained another supernet") == true)
      #expect(other.complaints.suffix(2) == ["- run.seed: 3", "+ run.seed: 4"], "\(other)")

      try FileManager.default.createDirectory(
        atPath: "\(place.path)/runs/empty", withIntermediateDirectories: true)
      for (from, code, words) in [
        ("runs/none", Int32(66), "runs/none"), ("runs/empty", 65, "not a run's folder"),
      ] {
        let outcome = try place.vernier(
          ["run", "run.yaml", "--set", "supernet.from=\(from)"] + Self.budget, ranks: 2)
        expectRefusal(outcome, code: code, saying: words)
      }
      #expect(!RunOnDisk(path: "\(place.path)/runs/second").exists())
    }

    @Test(.timeLimit(.minutes(5)))
    func anUnfinishedSupernetIsRefused() throws {
      let place = try Workplace()
      try place.startUntil(work: 4).end()
      let outcome = try place.vernier(
        ["run", "run.yaml", "--dry-run", "--set", "supernet.from=runs/tiny"] + Self.budget)
      expectRefusal(outcome, code: 66, saying: "runs/tiny", "not trained to its end")
    }
  }
}
