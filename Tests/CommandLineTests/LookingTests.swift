import Foundation
import Testing

extension CommandLineTests {
  /// Commands that look and change no run.
  @Suite struct LookingTests {
    @Test(arguments: [nil, 2])
    func aDryRunPrintsAndWritesNothing(ranks: Int?) throws {
      let place = try Workplace()
      let outcome = try place.vernier(
        "run", "run.yaml", "--dry-run", "--set", "search.population=40", ranks: ranks)
      expectSuccess(outcome)
      #expect(outcome.output.components(separatedBy: "population: 40").count == 2)
      for word in [
        "training images   64", "test images       40", "MACs, full", "width groups",
        "  parameters: 100%\n", "searched          ",
      ] {
        #expect(outcome.output.contains(word), "\(outcome)")
      }
      #expect(!FileManager.default.fileExists(atPath: "\(place.path)/runs"))
    }

    @Test func theDryRunOfADryRunIsTheSame() throws {
      let place = try Workplace()
      let once = try place.vernier("run", "run.yaml", "--dry-run").output
      let text = once.prefix(upTo: try #require(once.range(of: "training images")).lowerBound)
      let again = try Workplace(String(text)).vernier("run", "run.yaml", "--dry-run")
      expectSuccess(again)
      #expect(again.output == once)
    }

    @Test(.timeLimit(.minutes(5)))
    func aHalfDoneRunCanBeLookedAt() throws {
      let place = try Workplace()
      try place.startUntil(work: TinySteps.supernet + 4).end()
      #expect(!place.run.exists("report.html"))
      let report = try place.vernier("report", "runs/tiny")
      expectSuccess(report)
      #expect(report.output == "runs/tiny/report.html\n")
      let page = try place.run.text("report.html")
      #expect(page.contains("tiny") && page.hasSuffix("</html>\n"))
      let list = try place.vernier("runs", "list")
      #expect(list.output.contains("tiny") && list.output.contains(place.run.status), "\(list)")
      let shown = try place.vernier("runs", "show", "runs/tiny")
      #expect(shown.output.contains("status    \(place.run.status)\nattempts  1\n"), "\(shown)")
      #expect(!shown.output.contains("winner"))
      #expect(try place.run.hashes().split(separator: "\n").count == 1)
    }

    @Test(.timeLimit(.minutes(5)))
    func aFinishedRunShowsItsResult() throws {
      let place = try Workplace()
      expectSuccess(try place.vernier("run", "run.yaml"))
      #expect(try place.vernier("runs", "list", "runs").output.contains("done"))
      let shown = try place.vernier("runs", "show", "runs/tiny").output
      for word in ["winner", "base", "uniform", "MACs", "test top-1"] {
        #expect(shown.contains(word), "\(shown)")
      }
      let page = try place.run.text("report.html")
      let hashes = try place.run.hashes().split(separator: "\n")
      for digest in hashes.dropFirst().map({ $0.prefix(32) }) { #expect(page.contains(digest)) }
    }

    @Test(.timeLimit(.minutes(5)))
    func widthsAreScoredWithoutTheTestSet() throws {
      let place = try Workplace()
      expectRefusal(
        try place.vernier("evaluate", "run.yaml", "--widths", "4"), code: 2,
        saying: "6 width groups")
      expectSuccess(try place.vernier("train", "run.yaml"))
      let trained = "done supernet step \(TinySteps.supernet)"
      #expect(place.run.status == trained)
      let best = try #require(Reference.traces.get().scores.first)
      let widths = best.bins.map(String.init).joined(separator: ",")
      let outcome = try place.vernier("evaluate", "run.yaml", "--widths", widths, ranks: 2)
      expectSuccess(outcome)
      #expect(outcome.output.contains("\(widths): top-1 "))
      #expect(!place.run.exists("result.json"))
      #expect(place.run.status == trained)
      expectSuccess(try place.vernier("search", "run.yaml", "--set", "engine.threads=2"))
      #expect(place.run.status.hasPrefix("done search step "))
      // The file has no end of line.
      #expect(try place.run.text("config.input.yaml") == tinyRun + "\n# --set engine.threads=2\n")
    }

    @Test func foldersThatAreNoRunsAreRefused() throws {
      let place = try Workplace()
      expectRefusal(try place.vernier("runs", "list"), code: 66, saying: "runs")
      for words in [["runs", "show"], ["runs", "hash"], ["report"]] {
        let outcome = try place.vernier(words + ["nowhere"])
        expectRefusal(outcome, code: 66, saying: "nowhere")
      }
      expectRefusal(try place.vernier("report", "."), code: 65, saying: "config.yaml")
    }

    @Test func thePhasesWantTheirTurn() throws {
      let place = try Workplace()
      for verb in ["search", "retrain", "evaluate"] {
        expectRefusal(
          try place.vernier(verb, "run.yaml"), code: 66, saying: "supernet", "vernier train")
      }
    }
  }
}
