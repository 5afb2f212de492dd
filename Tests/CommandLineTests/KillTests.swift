import Glibc
import TestSupport
import Testing

extension CommandLineTests {
  /// Killed at any moment and resumed, a run ends as one never stopped.
  @Suite struct KillTests {
    #if DEBUG
      @Test(.timeLimit(.minutes(10)))
      func eightKillsInAllPhasesLeaveNoTraceInDebug() throws { try expectNoTrace(ofKills: 8) }
    #else
      @Test(.timeLimit(.minutes(10)))
      func twentyKillsInAllPhasesLeaveNoTrace() throws { try expectNoTrace(ofKills: 20) }
    #endif

    private func expectNoTrace(ofKills count: Int) throws {
      let place = try Workplace()
      var dice = Dice(seed: 20)
      var phases: [String: Int] = [:]
      for moment in try moments(count, &dice) {
        let session = try place.start("run", "run.yaml", ranks: Int.random(in: 1...4, using: &dice))
        try moment.wait(for: place.run, session)
        #expect(!session.hasEnded, "\(session.output)\n\(session.errors)")
        session.end()
        phases[String(place.run.phase.prefix { $0 != "-" }), default: 0] += 1
      }
      for phase in ["supernet", "search", "retrain"] {
        #expect(phases[phase, default: 0] >= count / 8, "kills fell into \(phases)")
      }
      expectSuccess(
        try place.vernier("run", "run.yaml", ranks: Int.random(in: 1...4, using: &dice)))
      #expect(try place.run.traces() == Reference.traces.get())
      try expectEverythingOnce(place.run)
    }

    /// Moments all over the run's work, ascending; each is drawn from a part of its own.
    private func moments(_ count: Int, _ dice: inout Dice) throws -> [Moment] {
      let candidates = try Reference.traces.get().scores.count
      let work = TinySteps.supernet + candidates + TinySteps.allRetraining
      // The last steps stay out, so that a run does not end before its kill.
      let part = Double(work - 4) / Double(count)
      return (0..<count).map { place in
        Moment(
          work: Int((Double(place) + .random(in: 0..<1, using: &dice)) * part),
          microseconds: .random(in: 0..<15_000, using: &dice))
      }
    }

    private func expectEverythingOnce(_ run: RunOnDisk) throws {
      #expect(try run.steps("train") == Array(1...TinySteps.supernet))
      #expect(try run.steps("retrain") == Array(1...TinySteps.allRetraining))
      let scores = try run.scores()
      #expect(Set(scores.map(\.bins)).count == scores.count)
    }
  }
}

/// A random moment: so much work is done, and then a little time has gone.
private struct Moment {
  let work: Int
  let microseconds: UInt32

  func wait(for run: RunOnDisk, _ session: ProcessSession) throws {
    try waitUntil("\(work) units of work are done, \(run.status)\n\(session.errors)") {
      session.hasEnded || run.progress() >= work
    }
    usleep(microseconds)
  }
}

/// Random numbers that are the same in every test run (SplitMix64).
private struct Dice: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
