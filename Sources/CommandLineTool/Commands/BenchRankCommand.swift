import ArgumentParser
import Foundation
import GroundTruth
import Randomness
import Search
import Supernet
import Training

/// A run's supernet against the table: how well its scores order networks by their trained accuracies.
struct BenchRankCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rank",
    abstract:
      "Scores networks of the table with a run's supernet and says how well they are ordered.",
    discussion:
      "Scores are kept in the run: a second call, or one of more networks, goes on from them. The run may use other "
      + "images than the table, such as smaller ones.")

  @OptionGroup var options: RunOptions
  @Option(help: "The table, a JSON file.") var table: String
  @Option(help: "How many of its networks, drawn at random; all by default.") var networks: Int?
  @Option(help: "Which random networks.") var draw: UInt64 = 1
  @Flag(help: "Prints JSON instead of a table.") var json = false

  func validate() throws {
    guard networks.map({ $0 >= 2 }) ?? true else {
      throw ValidationError("--networks is at least 2")
    }
  }

  func run() throws {
    try Ranks.run { communicator in
      let session = try RunSession(options, communicator, isQuiet: json)
      if options.dryRun {
        session.describe()
        return 0
      }
      return try rank(in: session) ? 0 : ExitStatus.savedPleaseRepeat
    }
  }

  /// - Returns: whether all were scored, and were not interrupted.
  private func rank(in session: RunSession) throws -> Bool {
    let scoring = CandidateScoring(
      communicator: session.communicator, score: try session.candidateScorer(),
      request: { Signals.request })
    guard let folder = session.folder else {
      try scoring.serve()
      return try session.agree { true }
    }
    let entries = try chosen(session.plan)
    var search = ListedSearch(
      space: LegalSpace(choices: session.plan.space.choices, window: .everything),
      // The run's images may be smaller than the table's.
      candidates: entries.map { [plan = session.plan] entry in
        Candidate(bins: entry.bins, cost: plan.cost.both(ofBins: entry.bins))
      })
    let outcome = try session.host(
      &search, scoring, journal: try folder.scores(folder.directory.benchJournal), phase: "bench",
      listed: Set(entries.map(\.bins))
    ).outcome
    guard outcome == .finished else { return try session.agree { false } }
    let scores = Dictionary(
      uniqueKeysWithValues: search.history.map { ($0.candidate.bins, $0.score) })
    let quality = SupernetQuality(
      entries, scores: entries.compactMap { scores[$0.bins] },
      choices: session.plan.space.choices)
    if json {
      try show(json: quality)
    } else {
      show(quality.table)
    }
    return try session.agree { true }
  }

  /// The table's networks that the run's space has, or some of them.
  private func chosen(_ plan: RunPlan) throws -> [AccuracyTable.Entry] {
    // A table's digits are widths of equal bins, the same number in every group.
    let totals = Set(plan.ranges.map(\.total))
    guard totals.count == 1, let bins = totals.first else {
      throw UsageError(
        description:
          "--table \(table) is of groups with one number of bins, but this run's groups have "
          + "\(totals.sorted().map(String.init).joined(separator: ", ")); train without space.groups and "
          + "space.cut: by-cost")
    }
    let file = TableFile(path: table, network: plan.space.architecture.name, bins: bins)
    let (found, _) = try file.load()
    let entries = found.entries.filter { (try? plan.space.validate(Widths(bins: $0.bins))) != nil }
    guard entries.count >= 2 else {
      throw UsageError(description: "--table \(table) holds fewer than two networks of this space")
    }
    guard let networks, networks < entries.count else { return entries }
    var stream = RandomStream(seed: draw, purpose: .resampling)
    return stream.permutation(of: entries.count).prefix(networks).sorted().map { entries[$0] }
  }
}

/// What `vernier bench rank` finds.
struct SupernetQuality: Codable {
  let networks: Int
  /// As they were scored.
  let accuracy, loss: RankQuality?
  /// As an additive model of the widths predicts them from all the scores (``AdditivePredictor``).
  let smoothedAccuracy, smoothedLoss: RankQuality?
  /// Of scores that need no supernet, by name.
  let trivial: [String: RankCorrelation]
  let ceiling: NoiseCeiling?

  /// - Parameters:
  ///   - scores: one for each entry.
  ///   - choices: the bins that a group may take.
  init(_ entries: [AccuracyTable.Entry], scores: [Score], choices: [ClosedRange<Int>]) {
    let truth = entries.map(\.mean)
    let accuracies = scores.map(\.accuracy)
    let losses = scores.map { -$0.loss }
    func quality(_ values: [Double]) -> RankQuality? {
      RankQuality(scores: values, truth: truth, seed: 1)
    }
    func smoothed(_ values: [Double]) -> [Double] {
      let predictor = AdditivePredictor(
        choices: choices, samples: zip(entries, values).map { ($0.bins, $1) })
      return entries.map { predictor.score($0.bins) }
    }
    networks = entries.count
    accuracy = quality(accuracies)
    loss = quality(losses)
    smoothedAccuracy = quality(smoothed(accuracies))
    smoothedLoss = quality(smoothed(losses))
    trivial = Dictionary(
      uniqueKeysWithValues: TrivialScore.allCases.compactMap { score in
        RankCorrelation(scores: entries.map(score.score), truth: truth).map { (score.rawValue, $0) }
      })
    ceiling = NoiseCeiling(entries)
  }

  /// For people.
  var table: String {
    var lines = [
      "\("\(networks) networks".padded(to: 28)) tau-b  (95 %)          Spearman  Pearson  regret of 1, 10"
    ]
    for (name, quality) in [
      ("supernet, by accuracy", accuracy), ("  smoothed", smoothedAccuracy),
      ("supernet, by loss", loss), ("  smoothed", smoothedLoss),
    ] {
      guard let quality else {
        lines.append("\(name.padded(to: 28)) all scores are alike")
        continue
      }
      let interval = quality.kendallInterval
      lines.append(
        "\(name.padded(to: 28)) \(fixed(quality.correlation.kendall, 3))  "
          + "(\(fixed(interval.low, 3)) to \(fixed(interval.high, 3)))  "
          + "\(fixed(quality.correlation.spearman, 3))     \(fixed(quality.correlation.pearson, 3))    "
          + [1, 10].compactMap { quality.regrets[$0].map { fixed($0, 2) } }.joined(separator: ", "))
    }
    for score in TrivialScore.allCases {
      guard let found = trivial[score.rawValue] else { continue }
      lines.append(
        "\("\(score.rawValue) alone".padded(to: 28)) \(fixed(found.kendall, 3))"
          + "                    \(fixed(found.spearman, 3))     \(fixed(found.pearson, 3))")
    }
    if let ceiling {
      lines.append(
        "\("a perfect score".padded(to: 28)) \(fixed(ceiling.kendallOfPerfectScores, 3))  (one training "
          + "against another: \(fixed(ceiling.kendallBetweenRuns, 3)))")
    }
    return lines.joined(separator: "\n")
  }
}
