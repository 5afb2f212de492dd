import Foundation
import Runs
import Search
import Supernet
import Training

extension RunSession {
  /// Steps of the supernet's training in front of its predictor; nil where the sampler has none.
  var predictorWarmup: Int? {
    let supernet = configuration.supernet
    guard supernet.usesPredictor else { return nil }
    return supernet.attentive.warmupEpochs
      * (supernetRecipe.schedule.totalSteps / supernet.recipe.epochs)
  }

  /// The predictor of the attentive sampler, from the scores of random networks after the warm-up: the same on every
  /// rank, and after any resumption, since the scores are in a journal.
  ///
  /// - Returns: none when a signal asked to leave.
  func fitPredictor(after warmup: Int) throws -> AdditivePredictor? {
    var search = RandomSearch(
      space: LegalSpace(choices: plan.space.choices, window: .everything),
      population: configuration.supernet.attentive.scored, generations: 1,
      seed: configuration.run.seed)
    let journal = try folder.map { try $0.scores($0.directory.predictorJournal) }
    let asked = search.ask { [plan] in plan.cost.both(ofBins: $0) }
    var scores = Dictionary(
      (journal?.recovered ?? []).map { ($0.bins, $0.accuracy) }, uniquingKeysWith: { $1 })
    if try !agree({ asked.allSatisfy { scores[$0.bins] != nil } }) {
      try refuseLateScoring(after: warmup)
      try folder?.directory.setStatus(
        RunStatus(.running, phase: "predictor", step: scores.count))
      let scoring = CandidateScoring(
        communicator: communicator, score: try candidateScorer(step: warmup),
        request: { Signals.request })
      if let journal {
        let (outcome, scored) = try host(&search, scoring, journal: journal, phase: "predictor")
        if outcome == .stopped {
          try folder?.directory.setStatus(
            RunStatus(.preempted, phase: "predictor", step: scored))
        }
        for scored in search.history { scores[scored.candidate.bins] = scored.score.accuracy }
      } else {
        try scoring.serve()
      }
    }
    guard try agree({ asked.allSatisfy { scores[$0.bins] != nil } }) else { return nil }
    // Rank 0 alone has the journal; every rank fits the same numbers.
    var accuracies = asked.map { scores[$0.bins] ?? 0 }
    try accuracies.withUnsafeMutableBytes { try communicator.broadcast($0, from: 0) }
    return AdditivePredictor(
      choices: plan.space.choices, samples: zip(asked, accuracies).map { ($0.bins, $1) })
  }

  /// Only the weights of the warm-up's end can give the scores.
  private func refuseLateScoring(after warmup: Int) throws {
    guard let folder, let newest = try folder.newest(Self.supernetPhase), newest.step > warmup
    else { return }
    throw UsageError(
      description: "\(folder.directory.predictorJournal) lacks scores that the training since step "
        + "\(warmup) was made with; restore it, or start the run anew under another name",
      exitCode: ExitStatus.badData)
  }
}
