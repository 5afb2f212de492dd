import Runs
import TestSupport
import Testing

extension CommandLineTests {
  /// Training that pauses to score networks, for a sampler that learns from the scores.
  @Suite struct AttentivePredictorTests {
    private let train = [
      "train", "run.yaml", "--set", "supernet.sharing=ua", "--set", "supernet.sampler=attentive",
      "--set", "supernet.networks=3", "--set", "supernet.attentive.judge=predictor", "--set",
      "supernet.attentive.scored=6", "--set", "supernet.small_images.epochs=0",
    ]

    private func finished(_ place: Workplace, ranks: Int? = nil) throws -> String {
      expectSuccess(try place.vernier(train, ranks: ranks))
      return try place.run.hashes()
    }

    @Test(.timeLimit(.minutes(5)))
    func endsInTheSameBitsOnAnyNumberOfRanksAndAfterKills() throws {
      let expected = try finished(Workplace())
      let place = try Workplace()
      // In the warm-up, while networks are scored or just after, and behind the predictor.
      for (work, ranks) in [(2, 2), (4, 3), (4, 1), (6, 2)] {
        let session = try place.start(train, ranks: ranks)
        try waitUntil("\(work) steps are logged: \(place.run.status)") {
          session.hasEnded || place.run.progress() >= work
        }
        session.end()
      }
      #expect(try finished(place, ranks: 2) == expected)
      let scores = try Journal<RunOnDisk.Scored>.records(
        at: "\(place.run.path)/search/predictor.jsonl")
      #expect(scores.count == 6 && Set(scores.map(\.bins)).count == 6)
      #expect(try place.run.steps("train") == Array(1...TinySteps.supernet))
    }

    /// What the predictor learned decides what is trained: without its judgement other networks are.
    @Test(.timeLimit(.minutes(5))) func thePredictorMatters() throws {
      let best = try finished(Workplace())
      let worst = try Workplace()
      expectSuccess(
        try worst.vernier(train + ["--set", "supernet.attentive.keep=worst"]))
      #expect(try worst.run.hashes() != best)
    }

    @Test(.timeLimit(.minutes(5))) func aWarmUpOfTheWholeTrainingIsRefused() throws {
      expectRefusal(
        try Workplace().vernier(train + ["--set", "supernet.attentive.warmup_epochs=9"]), code: 2,
        saying: "warmup_epochs (9)", "supernet.epochs")
    }
  }
}
