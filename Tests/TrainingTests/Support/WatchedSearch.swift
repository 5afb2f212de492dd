import Cluster
import Foundation
import Randomness
import Search
import Synchronization
import TestSupport
import Testing
import Training

/// A search over some ranks whose scores are a function of the bins, watched from outside.
///
/// Every rank takes its own random time, so that candidates reach the ranks in another order each time.
final class WatchedSearch: Sendable {
  /// When and to whom the request to leave comes.
  struct Stop: Sendable {
    let ranks: Set<Int>
    let afterScorings: Int

    /// - Parameter afterScorings: leaves candidates of its generation for everybody, so that who is asked scores, and hears.
    init(ranks: Set<Int>, afterScorings: Int) {
      precondition((0...6).contains(afterScorings % 10), "the last candidates of a generation")
      self.ranks = ranks
      self.afterScorings = afterScorings
    }
  }

  private struct Log {
    var begun: [(rank: Int, bins: [Int])] = []
    var tasks: [CandidateScoring.Task] = []
    var completed: [[Int]] = []
    var records: [ScoreRecord] = []
    var wasToldBeforeRecording = false
    var somebodyWasAsked = false
  }

  /// What rank 0 has in the end.
  struct End: Sendable {
    var outcome: CandidateScoring.Outcome
    var search: EvolutionarySearch
  }

  private let ranks: Int
  private let settings: EvolutionSettings
  private let known: [[Int]: Score]
  private let stop: Stop?
  private let log = Mutex(Log())

  init(
    ranks: Int, settings: EvolutionSettings = .tiny, known: [[Int]: Score] = [:],
    stop: Stop? = nil
  ) {
    self.ranks = ranks
    self.settings = settings
    self.known = known
    self.stop = stop
  }

  var begun: [(rank: Int, bins: [Int])] { log.withLock { $0.begun } }
  var tasks: [CandidateScoring.Task] { log.withLock { $0.tasks } }
  var completed: [[Int]] { log.withLock { $0.completed } }
  var records: [ScoreRecord] { log.withLock { $0.records } }
  var wasToldBeforeRecording: Bool { log.withLock { $0.wasToldBeforeRecording } }

  /// Whether every rank has begun to score something.
  var haveAllBegun: Bool { Set(begun.map(\.rank)).count == ranks }

  /// Slows rank 0 down until the threads of all others have started.
  ///
  /// Rank 0 hands out candidates between its batches, so that it may not wait inside one.
  func giveOthersTime(_ rank: Int) {
    if rank == 0, !haveAllBegun { usleep(20_000) }
  }

  static func cost(_ bins: [Int]) -> NetworkCost {
    NetworkCost(macs: bins.reduce(0, +), parameters: 100 * bins[0])
  }

  /// Coarse, so that equal accuracies occur.
  static func score(_ bins: [Int]) -> Score {
    let number = number(bins) &* 2_654_435_761
    return Score(
      accuracy: Double(number >> 7 & 15) / 16, loss: Double(number >> 13 & 255) / 64)
  }

  /// Some candidates with an aim are given up, for the record.
  static func stoppedAfter(_ task: CandidateScoring.Task) -> Int? {
    task.aim != nil && number(task.bins) % 2 == 0 ? number(task.bins) : nil
  }

  private static func number(_ bins: [Int]) -> Int { bins.reduce(0) { $0 * 5 + $1 } }

  /// Runs all ranks to their end; `extra` is called in every scoring and between its batches.
  func run(
    extra: @escaping @Sendable (_ rank: Int) throws -> Void = { _ in },
    recording: @escaping @Sendable (ScoreRecord) throws -> Void = { _ in }
  ) throws -> End {
    let ends = try InProcessCluster.run(ranks: ranks, deadline: .seconds(120)) {
      [self] communicator -> End? in
      let scoring = CandidateScoring(
        communicator: communicator,
        score: { task, betweenPasses in
          CandidateScoring.Finding(
            try self.score(task, rank: communicator.rank, extra, betweenPasses),
            stoppedAfter: Self.stoppedAfter(task))
        }, request: { self.request(of: communicator.rank) })
      guard communicator.rank == 0 else {
        try scoring.serve()
        return nil
      }
      return try host(scoring, recording)
    }
    return try #require(ends[0])
  }

  private func host(
    _ scoring: CandidateScoring, _ recording: (ScoreRecord) throws -> Void
  ) throws -> End {
    var search = EvolutionarySearch(
      space: LegalSpace(choices: [1...4, 1...4, 1...4, 1...4], window: CostWindow(macs: 6...13)),
      settings: settings,
      seed: 3)
    let outcome = try scoring.host(
      &search, cost: Self.cost, known: known,
      record: { record in
        try recording(record)
        log.withLock { $0.records.append(record) }
      }, told: noteTold)
    return End(outcome: outcome, search: search)
  }

  private func noteTold(_ search: any CandidateSearch) {
    log.withLock { log in
      let recorded = Set(log.records.map(\.bins)).union(known.keys)
      if !recorded.isSuperset(of: search.history.map(\.candidate.bins)) {
        log.wasToldBeforeRecording = true
      }
    }
  }

  private func score(
    _ task: CandidateScoring.Task, rank: Int, _ extra: (Int) throws -> Void,
    _ betweenBatches: () throws -> Void
  ) throws -> Score {
    let bins = task.bins
    log.withLock {
      $0.begun.append((rank, bins))
      $0.tasks.append(task)
    }
    try #require(begun.count < 400, "candidates go back and forth")
    var random = RandomStream(
      seed: UInt64(rank), purpose: .testing, step: ranks, index: Self.number(bins))
    for _ in 0..<3 {
      try extra(rank)
      if let stop, !stop.ranks.contains(rank), begun.count >= stop.afterScorings {
        try letOthersLeave(betweenBatches)
      }
      usleep(UInt32(random.integer(below: 1000)))
      try betweenBatches()
    }
    log.withLock { $0.completed.append(bins) }
    return Self.score(bins)
  }

  /// Waits until somebody has heard that he is asked to leave: with his candidate still open the search cannot be over
  /// before he says so.
  private func letOthersLeave(_ betweenBatches: () throws -> Void) throws {
    try waitUntil(atMost: 60, lookingEvery: 100, "somebody was asked to leave") {
      if log.withLock({ $0.somebodyWasAsked }) { return true }
      // He may still wait for a candidate.
      try betweenBatches()
      return false
    }
  }

  private func request(of rank: Int) -> RunRequest {
    guard let stop, stop.ranks.contains(rank), begun.count >= stop.afterScorings else {
      return .checkpoint
    }
    log.withLock { $0.somebodyWasAsked = true }
    return .stop
  }
}

extension EvolutionSettings {
  /// Forty candidates in all.
  static let tiny = EvolutionSettings(
    population: 10, generations: 4, top: 4, mutations: 4, crossovers: 3, mutationProbability: 0.3)
}
