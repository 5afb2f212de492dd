import Glibc
import Testing

extension CommandLineTests {
  /// The same command again: what may differ, what may not, and what is left alone.
  @Suite struct ResumeTests {
    @Test(.timeLimit(.minutes(5)))
    func aChangedConfigurationIsRefusedAsADifference() throws {
      let place = try stopped()
      let outcome = try place.vernier(
        "run", "run.yaml", "--set", "search.population=8", "--set", "engine.threads=2")
      #expect(outcome.exitCode == 2, "\(outcome)")
      let lines = outcome.complaints
      #expect(lines.first?.hasPrefix("vernier: the configuration differs") == true)
      #expect(lines.contains("- search.population: 6"), "\(lines)")
      #expect(lines.contains("+ search.population: 8"), "\(lines)")
      #expect(!outcome.errors.contains("threads"))
      expectSuccess(try place.vernier("run", "run.yaml"))
      #expect(try place.run.traces() == Reference.traces.get())
    }

    @Test(.timeLimit(.minutes(5)))
    func keysOnWhichNoResultDependsMayChange() throws {
      let place = try stopped()
      expectSuccess(
        try place.vernier(
          "run", "run.yaml", "--set", "engine.threads=2", "--set", "log.every=7", "--set",
          "checkpoint.every=10s", "--set", "data.workers=2"))
      #expect(try place.run.traces() == Reference.traces.get())
    }

    @Test(.timeLimit(.minutes(5)))
    func aFinishedRunIsLeftAsItIs() throws {
      let place = try Workplace()
      expectSuccess(try place.vernier("run", "run.yaml"))
      let traces = try place.run.traces()
      let figures = try place.run.text("metrics/train.jsonl")
      let age = try modified("\(place.run.path)/result.json")
      for ranks in [nil, 3] {
        let outcome = try place.vernier("run", "run.yaml", ranks: ranks)
        expectSuccess(outcome)
        #expect(outcome.output.contains("the networks are tested already"), "\(outcome)")
      }
      #expect(try place.run.traces() == traces)
      #expect(try place.run.text("metrics/train.jsonl") == figures)
      #expect(try modified("\(place.run.path)/result.json") == age)
    }

    private func stopped() throws -> Workplace {
      let place = try Workplace()
      let session = try place.startUntil(work: 4)
      session.end()
      return place
    }

    /// When a file was last written, in nanoseconds, and which file it is.
    private func modified(_ path: String) throws -> [Int] {
      var facts = stat()
      try #require(stat(path, &facts) == 0)
      return [facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec, Int(facts.st_ino)]
    }
  }
}
