import Cluster
import Datasets
import Engine
import Randomness
import Runs
import Search
import Supernet
import Training

extension RunSession {
  /// The supernet's trained weights on every rank.
  ///
  /// - Throws: `UsageError` when the supernet is not trained to its end.
  func supernetWeights(
    _ layout: ParameterLayout, step: Int? = nil
  ) throws -> AlignedStorage<Float> {
    try weights(
      of: Self.supernetPhase, layout, totalSteps: step ?? supernetRecipe.schedule.totalSteps,
      verb: "train")
  }

  /// The weights of a finished training, read by rank 0 and given to all.
  func weights(
    of phase: String, _ layout: ParameterLayout, totalSteps: Int, verb: String
  ) throws -> AlignedStorage<Float> {
    let parameters = AlignedStorage<Float>(count: layout.count)
    if let folder {
      guard let checkpoint = try folder.newest(phase), checkpoint.step == totalSteps else {
        throw UsageError(
          description: "\(phase) of the run in \(folder.directory.path) is not trained to its end; "
            + "run `vernier \(verb)` with this configuration first",
          exitCode: ExitStatus.missingInput)
      }
      try checkpoint.load("parameters", into: layout.destinations(in: parameters))
    }
    try parameters.withMutableElements { elements in
      try communicator.broadcast(UnsafeMutableRawBufferPointer(elements), from: 0)
    }
    return parameters
  }

  /// Measures the supernet's widths on the held-out images.
  ///
  /// - Parameter step: that of the weights; the last by default.
  func supernetEvaluator(step: Int? = nil) throws -> Evaluator {
    let layout = ParameterLayout(plan.space.architecture)
    return Evaluator(
      space: plan.space, layout: layout, parameters: try supernetWeights(layout, step: step),
      calibration: try images.calibrationImages(), images: try images.heldOutImages(),
      cacheBytes: configuration.search.cache << 20, context: context)
  }

  /// The subnets that score some widths.
  func scoringRealization(of widths: Widths) -> Realization {
    var stream = RandomStream(seed: configuration.run.seed, purpose: .sharing)
    return plan.sharing.scoringRealization(of: widths, in: plan.space, using: &stream)
  }

  /// Scores candidates as a search asks for it, on this rank.
  ///
  /// - Parameters:
  ///   - step: that of the weights; the last by default.
  ///   - stopError: the most probable it may be that a candidate is wrongly given up early; 0 to give up none.
  func candidateScorer(
    step: Int? = nil, stopError: Double = 0
  ) throws -> CandidateScoring.Scorer {
    let evaluator = try supernetEvaluator(step: step)
    return { [self] task, betweenPasses in
      let test = task.aim.flatMap { aim in
        stopError > 0 ? SequentialTest(aim: aim, errorRate: stopError) : nil
      }
      let measured = try evaluator.measure(
        scoringRealization(of: Widths(bins: task.bins)), sharedGroups: task.sharedGroups,
        until: test, betweenPasses: betweenPasses)
      return CandidateScoring.Finding(
        Score(accuracy: measured.top1, loss: measured.loss), stoppedAfter: measured.stoppedAfter)
    }
  }

  /// Searches the widths, or finds in the journal that it was done.
  ///
  /// - Returns: the winner on every rank; none when a signal asked to leave.
  func search() throws -> Widths? {
    let scoring = CandidateScoring(
      communicator: communicator,
      score: try candidateScorer(stopError: configuration.search.stopError),
      request: { Signals.request })
    var winner: [UInt8] = []
    if let folder {
      winner = try host(scoring, in: folder)
    } else {
      try scoring.serve()
    }
    let text = String(
      decoding: try communicator.broadcast(bytes: winner, from: 0), as: UTF8.self)
    return Widths(parsing: text)
  }

  /// Rank 0's part; returns the winner's text, empty when stopped.
  private func host(_ scoring: CandidateScoring, in folder: RunFolder) throws -> [UInt8] {
    let log = try folder.metrics(.search)
    try log.dropRecords(after: 0)
    let journal = try folder.scores(folder.directory.searchJournal)
    try folder.directory.setStatus(
      RunStatus(.running, phase: "search", step: journal.recovered.count))
    let records = try records(in: folder)
    var search = try plan.newSearch(
      prior: records.flatMap(prior),
      worth: configuration.search.takesWorthFromLosses ? records?.worth : nil)
    let (outcome, scored) = try host(&search, scoring, journal: journal, phase: "search") {
      search in
      guard let best = search.best else { return }
      try log.append(
        step: search.generation,
        [
          "scored": .integer(search.history.count), "best/top1": .number(best.score.accuracy),
          "best/loss": .number(best.score.loss), "best/macs": .integer(best.candidate.cost.macs),
          "best/parameters": .integer(best.candidate.cost.parameters),
          "best/widths": .text("\(Widths(bins: best.candidate.bins))"),
        ])
    }
    try folder.directory.setStatus(
      RunStatus(outcome == .finished ? .running : .preempted, phase: "search", step: scored))
    guard outcome == .finished else { return [] }
    guard let best = search.best else {
      throw UsageError(
        description: "the search found no network of \(plan.window); widen search.budget")
    }
    let widths = Widths(bins: best.candidate.bins)
    progress.note(
      "winner \(widths): \(grouped(best.candidate.cost.macs)) MACs, "
        + "\(grouped(best.candidate.cost.parameters)) parameters, "
        + "\(percent(best.score.accuracy, 2)) on the held-out images")
    return Array("\(widths)".utf8)
  }

  /// What the supernet's training recorded of its losses; none where the search does without.
  private func records(in folder: RunFolder) throws -> LossRecords? {
    let search = configuration.search
    guard search.takesRecords else { return nil }
    let state = try folder.newest(Self.supernetPhase)?.state(as: TrainerState.self)
    guard let records = state?.records, !records.isEmpty else {
      let (key, instead) =
        search.drawsFromPrior
        ? ("search.newcomers: prior", "random") : ("search.terms: losses", "scores")
      throw UsageError(
        description: "the supernet of the run in \(folder.directory.path) has no records of its "
          + "losses, which \(key) needs; train it anew, or choose \(instead)",
        exitCode: ExitStatus.missingInput)
    }
    return records
  }

  /// Where newcomers come from by these records; none where all legal networks are alike.
  private func prior(_ records: LossRecords) -> WidthPrior? {
    guard configuration.search.drawsFromPrior else { return nil }
    let problem = PriorProblem(records, cost: plan.cost, budget: plan.window.macs.upperBound)
    let prior = problem.solved()
    let mean = Int(problem.cost.mean(prior.probabilities).rounded())
    progress.note("networks of the prior cost \(grouped(mean)) MACs on average")
    return prior
  }

  /// Runs a search on rank 0 to its end, with every score in a journal.
  ///
  /// - Parameters:
  ///   - journal: scores in it are not asked for again.
  ///   - phase: what people are told that it is.
  ///   - listed: the candidates that it asks for, where the journal holds scores of others as well.
  ///   - told: called after each generation.
  /// - Returns: how it ended, and how many scores of its candidates the journal holds then.
  func host(
    _ search: inout some CandidateSearch, _ scoring: CandidateScoring,
    journal: Journal<ScoreRecord>, phase: String, listed: Set<[Int]>? = nil,
    told: (any CandidateSearch) throws -> Void = { _ in }
  ) throws -> (outcome: CandidateScoring.Outcome, scored: Int) {
    let recovered = journal.recovered.filter { listed?.contains($0.bins) ?? true }
    var scored = recovered.count
    progress.begin(phase, step: scored, of: max(scored, search.mostCandidates))
    if scored > 0 { progress.note("going on with the \(phase) after \(scored) scores") }
    let outcome = try scoring.host(
      &search, cost: plan.cost.both(ofBins:),
      known: Dictionary(
        recovered.map { ($0.bins, Score(accuracy: $0.accuracy, loss: $0.loss)) },
        uniquingKeysWith: { first, _ in first }),
      record: { record in
        try journal.append(record)
        scored += 1
        progress.update(
          done: scored,
          "generation \(record.generation + 1)  accuracy \(percent(record.accuracy, 2))")
      }, told: told)
    if outcome == .finished {
      progress.end()
    } else {
      progress.note(
        "left the \(phase) after \(scored) scores; the same command goes on from there")
    }
    return (outcome, scored)
  }
}
