import Foundation
import Testing

extension CommandLineTests {
  /// Several searches of one supernet.
  @Suite struct SupernetSourceTests {
    private static let budget = ["--set", "search.budget.macs=80%", "--set", "run.name=second"]

    @Test(.timeLimit(.minutes(5)), arguments: [nil, 2])
    func takingASupernetIsAsTrainingIt(ranks: Int?) throws {
      let place = try Workplace()
      expectSuccess(try place.vernier("train", "run.yaml"))
      let words = ["run.yaml", "--set", "supernet.from=runs/tiny"] + Self.budget
      let look = try place.vernier(["run", "--dry-run"] + words)
      expectSuccess(look)
      #expect(look.output.contains("from runs/tiny"), "\(look)")
      let second = RunOnDisk(path: "\(place.path)/runs/second")
      #expect(!second.exists())
      let outcome = try place.vernier(["search"] + words, ranks: ranks)
      expectSuccess(outcome)
      #expect(outcome.output.contains("took the supernet of the run in runs/tiny"), "\(outcome)")
      #expect(try second.steps("train") == Array(1...TinySteps.supernet))
      // The copy does without the other run.
      try FileManager.default.removeItem(atPath: place.run.path)
      expectSuccess(try place.vernier(["run"] + words, ranks: ranks))

      let alone = try Workplace()
      expectSuccess(try alone.vernier(["run", "run.yaml"] + Self.budget))
      #expect(try second.traces() == RunOnDisk(path: "\(alone.path)/runs/second").traces())
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
        ("runs/second", 2, "the run itself"),
      ] {
        let outcome = try place.vernier(
          ["run", "run.yaml", "--set", "supernet.from=\(from)"] + Self.budget, ranks: 2)
        expectRefusal(outcome, code: code, saying: "supernet.from", words)
      }
      #expect(!RunOnDisk(path: "\(place.path)/runs/second").exists())
    }

    @Test(.timeLimit(.minutes(5)))
    func aDamagedOrForeignSupernetIsRefused() throws {
      let place = try Workplace()
      expectSuccess(try place.vernier("train", "run.yaml", "--set", "checkpoint.keep=1"))
      let words = ["run", "run.yaml", "--set", "supernet.from=runs/tiny"] + Self.budget
      let network = URL(fileURLWithPath: "\(place.run.path)/network.json")
      let text = try place.run.text("network.json")
      try text.replacing("\"classes\":3", with: "\"classes\":4").write(
        to: network, atomically: true, encoding: .utf8)
      expectRefusal(
        try place.vernier(words), code: 65, saying: "4 classes", "this one of 3", "supernet.from")
      try text.write(to: network, atomically: true, encoding: .utf8)

      let checkpoint = try #require(place.run.checkpoints(of: "supernet").last)
      let file = URL(
        fileURLWithPath: "\(place.run.path)/checkpoints/\(checkpoint)/momentum.safetensors")
      var bytes = try Data(contentsOf: file)
      bytes[bytes.count / 2] ^= 1
      try bytes.write(to: file)
      expectRefusal(
        try place.vernier(words), code: 65, saying: "supernet.from", checkpoint, "is damaged")
      #expect(!RunOnDisk(path: "\(place.path)/runs/second").exists())
    }

    @Test(.timeLimit(.minutes(5)))
    func anUnfinishedSupernetIsRefused() throws {
      let place = try Workplace()
      try place.startUntil(work: 4).end()
      let outcome = try place.vernier(
        ["run", "run.yaml", "--dry-run", "--set", "supernet.from=runs/tiny"] + Self.budget)
      expectRefusal(
        outcome, code: 66, saying: "runs/tiny", "steps; let `vernier train` end")
    }
  }
}
