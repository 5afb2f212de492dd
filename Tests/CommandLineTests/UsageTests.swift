import Testing

extension CommandLineTests {
  /// The command line itself.
  @Suite struct UsageTests {
    private static let verbs = [
      "run", "train", "search", "retrain", "evaluate", "cost", "report", "runs", "doctor",
    ]

    @Test func helpNamesEveryVerbAndExitCode() throws {
      let outcome = try Workplace().vernier("--help")
      expectSuccess(outcome)
      for verb in Self.verbs { #expect(outcome.output.contains("\n  \(verb) "), "\(outcome)") }
      let words = Set(outcome.output.split(whereSeparator: \.isWhitespace))
      for code in [2, 65, 66, 70, 73, 74, 75] { #expect(words.contains("\(code)"), "\(words)") }
      #expect(outcome.errors.isEmpty)
    }

    @Test(arguments: verbs)
    func everyVerbHasHelp(verb: String) throws {
      let outcome = try Workplace().vernier(verb, "--help")
      expectSuccess(outcome)
      #expect(outcome.output.contains("USAGE: vernier \(verb)"))
    }

    @Test func theVersionIsPrinted() throws {
      let outcome = try Workplace().vernier("--version")
      expectSuccess(outcome)
      #expect(outcome.output.split(separator: ".").count == 3)
    }

    @Test(
      arguments: [
        (["fly"], "fly"), (["run", "run.yaml", "--fast"], "--fast"), (["run"], "configuration"),
        (["run", "run.yaml", "twice.yaml"], "twice.yaml"), (["cost", "--bins", "x"], "x"),
      ])
    func whatIsNotUnderstoodIsRefused(words: [String], word: String) throws {
      let outcome = try Workplace().vernier(words)
      #expect(outcome.exitCode == 2, "\(outcome)")
      #expect(outcome.errors.contains(word), "\(outcome)")
      #expect(outcome.output.isEmpty)
    }

    @Test(.timeLimit(.minutes(5)))
    func theDoctorSeesEveryRank() throws {
      let outcome = try Workplace().vernier("doctor", ranks: 2)
      expectSuccess(outcome)
      for word in ["MPI ", "2 ranks", "instructions ", "rank 0 ", "rank 1 ", "GFLOP/s", "GB/s"] {
        #expect(outcome.output.contains(word), "\(outcome)")
      }
      #expect(outcome.output.contains("over 2 ranks in "))
      #expect(outcome.output.contains("ms, correct"))
    }
  }
}
