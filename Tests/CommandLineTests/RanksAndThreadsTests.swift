import Testing

extension CommandLineTests {
  /// No result depends on how many ranks and threads there are.
  @Suite struct RanksAndThreadsTests {
    @Test(.timeLimit(.minutes(5)), arguments: [(1, 2), (2, 1), (3, 2), (4, 1)])
    func anyNumberOfRanksAndThreadsEndsInTheSameBits(ranks: Int, threads: Int) throws {
      let place = try Workplace()
      expectSuccess(
        try place.vernier("run", "run.yaml", "--set", "engine.threads=\(threads)", ranks: ranks))
      #expect(try place.run.traces() == Reference.traces.get())
    }

    @Test(.timeLimit(.minutes(5)))
    func theReferenceHasDoneAllItsWork() throws {
      let reference = try Reference.traces.get()
      let phases = ["supernet", "retrain-winner", "retrain-base", "retrain-uniform"]
      for phase in phases { #expect(reference.hashes.contains("  \(phase) step ")) }
      let digests = reference.hashes.split(separator: "\n").map { $0.prefix(32) }
      #expect(Set(digests).count == phases.count)
      #expect(Set(reference.scores.map(\.bins)).count == reference.scores.count)
      #expect(Set(reference.scores.map(\.loss)).count > 1)
      #expect(reference.state.contains("\"records\":"))
    }

    /// The same supernet, asked for other networks.
    @Test(.timeLimit(.minutes(5)))
    func newcomersComeFromThePriorUnlessOneSaysOtherwise() throws {
      let chance = ["--set", "search.newcomers=random"]
      let (place, other) = (try Workplace(), try Workplace())
      for verb in ["train", "search"] {
        let outcome = try place.vernier(verb, "run.yaml")
        expectSuccess(outcome)
        #expect(outcome.output.contains("networks of the prior cost ") == (verb == "search"))
        let byChance = try other.vernier([verb, "run.yaml"] + chance)
        expectSuccess(byChance)
        #expect(!byChance.output.contains("prior"), "\(byChance)")
      }
      #expect(try place.run.hashes() == other.run.hashes())
      let (first, second) = (try place.run.scores(), try other.run.scores())
      #expect(Set(first.prefix(6).map(\.bins)) != Set(second.prefix(6).map(\.bins)))
    }

    @Test(.timeLimit(.minutes(5)))
    func phaseByPhaseEndsInTheSameBits() throws {
      let place = try Workplace()
      for (verb, ranks) in [("train", 2), ("search", 1), ("retrain", 2), ("evaluate", 2)] {
        expectSuccess(try place.vernier(verb, "run.yaml", ranks: ranks))
      }
      #expect(try place.run.traces() == Reference.traces.get())
    }
  }
}
