import Glibc
import TestSupport
import Testing

extension CommandLineTests {
  /// What schedulers and people send to a run.
  @Suite struct SignalTests {
    @Test(.timeLimit(.minutes(5)))
    func userSignalOneSavesAndGoesOn() throws {
      let place = try Workplace()
      let session = try place.startUntil(work: 2, savingEvery: "1000st")
      session.signal(SIGUSR1)
      session.signalAll(SIGCONT)
      #expect(try session.wait() == 0, "\(session.errors)")
      // Two checkpoints: that of the signal and that of the end.
      let saved = place.run.checkpoints(of: "supernet")
      #expect(saved.count == 2, "\(saved)")
      #expect(saved.last == "supernet-step-000000\(TinySteps.supernet)")
      #expect(try place.run.traces() == Reference.traces.get())
    }

    /// Work done at the signal: in the supernet, in the search, in the retraining.
    @Test(
      .timeLimit(.minutes(5)),
      arguments: [
        (SIGUSR2, nil, 2, "supernet"), (SIGTERM, nil, TinySteps.supernet + 3, "search"),
        (SIGUSR2, 2, TinySteps.supernet + 3, "search"),
        (SIGUSR2, 2, TinySteps.supernet + 24, "retrain"),
      ] as [(Int32, Int?, Int, String)])
    func leavingSavesAndTheSameCommandGoesOn(
      signal: Int32, ranks: Int?, work: Int, phase: String
    ) throws {
      let place = try Workplace()
      let session = try place.startUntil(work: work, savingEvery: "1000st", ranks: ranks)
      session.signal(signal)
      try expectSaved(session, place, in: phase, ranks: ranks)
    }

    /// As `srun` does it; mpirun would not wait for the ranks.
    @Test(.timeLimit(.minutes(5)))
    func oneRankThatIsAskedIsEnough() throws {
      let place = try Workplace()
      let session = try place.startUntil(work: 3, savingEvery: "1000st", ranks: 2)
      kill(try #require(session.members.max()), SIGTERM)
      try expectSaved(session, place, in: "supernet", ranks: 2)
    }

    /// Signals come at any time: here before there is a run's folder, and even before MPI.
    @Test(.timeLimit(.minutes(5)), arguments: [SIGUSR1, SIGUSR2])
    func anEarlySignalIsNotTheEnd(signal: Int32) throws {
      let place = try Workplace()
      let session = try place.start("run", "run.yaml")
      try waitUntil("signals are listened to\n\(session.errors)") {
        session.hasEnded || session.catches(signal)
      }
      session.signal(signal)
      let exitCode = try session.wait()
      #expect(exitCode == (signal == SIGUSR1 ? 0 : 75), "\(session.output)\(session.errors)")
    }

    private func expectSaved(
      _ session: ProcessSession, _ place: Workplace, in phase: String, ranks: Int?
    ) throws {
      session.signalAll(SIGCONT)
      let exitCode = try session.wait()
      #expect(exitCode == 75, "\(session.output)\n\(session.errors)")
      #expect(place.run.status.hasPrefix("preempted \(phase)"), "\(place.run.status)")
      #expect(session.output.contains("the same command goes on from there"))
      expectSuccess(try place.vernier("run", "run.yaml", ranks: ranks))
      #expect(try place.run.traces() == Reference.traces.get())
      #expect(try place.run.steps("train") == Array(1...TinySteps.supernet))
    }

    @Test(.timeLimit(.minutes(5)))
    func aFolderThatIsInUseIsRefusedWithItsHolder() throws {
      let place = try Workplace()
      let holder = try place.startUntil(work: 1)
      for ranks in [nil, 2] {
        expectRefusal(
          try place.vernier("run", "run.yaml", ranks: ranks), code: 73,
          saying: "in use by process \(holder.identifier) on ")
      }
      holder.signalAll(SIGCONT)
      #expect(try holder.wait() == 0)
      #expect(try place.run.traces() == Reference.traces.get())
    }
  }
}

extension Workplace {
  /// Starts the run and halts all its processes when so much work is done.
  func startUntil(
    work: Int, savingEvery interval: String = "3st", ranks: Int? = nil
  ) throws -> ProcessSession {
    let session = try start(
      "run", "run.yaml", "--set", "checkpoint.every=\(interval)", ranks: ranks)
    var members: [pid_t] = []
    for goal in [1, work] {
      try waitUntil("\(goal) units of work are done\n\(session.errors)") {
        session.hasEnded || run.progress() >= goal
      }
      // Looked for while there is time.
      if members.isEmpty { members = session.members }
    }
    for member in members.reversed() { kill(member, SIGSTOP) }
    return session
  }
}
