import Cluster
import Foundation
import Search
import TestSupport
import Testing
import Training

@Suite struct CandidateScoringTests {
  /// The same search without ranks: ask, score, tell.
  private func plainSearch(_ settings: EvolutionSettings = .tiny) -> EvolutionarySearch {
    var search = EvolutionarySearch(
      space: LegalSpace(choices: [1...4, 1...4, 1...4, 1...4], window: CostWindow(macs: 6...13)),
      settings: settings,
      seed: 3)
    while !search.isFinished {
      search.tell(search.ask(cost: WatchedSearch.cost).map { WatchedSearch.score($0.bins) })
    }
    return search
  }

  @Test(arguments: 1...4) func ranksChangeNeitherPopulationsNorScoresNorTheWinner(
    ranks: Int
  ) throws {
    let expected = plainSearch()
    #expect(expected.history.count == 40)
    let watched = WatchedSearch(ranks: ranks)
    let end = try watched.run()
    #expect(end.outcome == .finished)
    #expect(end.search.history == expected.history)
    #expect(end.search.best == expected.best)
    #expect(watched.begun.count == 40 && Set(watched.begun.map(\.bins)).count == 40)
    #expect(!watched.wasToldBeforeRecording)
  }

  @Test(arguments: [1, 3]) func recordsSayWhatWasScored(ranks: Int) throws {
    let watched = WatchedSearch(ranks: ranks)
    let history = try watched.run().search.history
    #expect(watched.records.count == history.count)
    for record in watched.records {
      let told = try #require(history.first { $0.candidate.bins == record.bins })
      #expect(record.generation == told.generation && record.macs == told.candidate.cost.macs)
      #expect(record.parameters == told.candidate.cost.parameters)
      #expect(record.accuracy == told.score.accuracy && record.loss == told.score.loss)
      #expect(watched.begun.contains { $0.rank == record.rank && $0.bins == record.bins })
      #expect(record.seconds > 0)
    }
  }

  /// No scoring goes on before every rank has begun one.
  @Test(arguments: 2...4) func everyRankScoresAtTheSameTime(ranks: Int) throws {
    let watched = WatchedSearch(ranks: ranks)
    _ = try watched.run(extra: { rank in
      watched.giveOthersTime(rank)
      guard rank != 0 else { return }
      try waitUntil(atMost: 60, lookingEvery: 100, "all ranks have begun a candidate") {
        watched.haveAllBegun
      }
    })
    #expect(watched.haveAllBegun)
  }

  @Test func moreRanksThanCandidatesAllLeave() throws {
    let settings = EvolutionSettings(
      population: 2, generations: 3, top: 1, mutations: 1, crossovers: 0, mutationProbability: 0.5)
    let end = try WatchedSearch(ranks: 4, settings: settings).run()
    #expect(end.outcome == .finished)
    #expect(end.search.history == plainSearch(settings).history)
  }

  /// Whoever scores knows the parents' least accuracy, of the generations told: the same on any number of ranks.
  @Test(arguments: 1...4) func tasksSayWhichAccuracyMatters(ranks: Int) throws {
    var search = plainSearch()
    let history = search.history
    search.progress = SearchProgress()
    var aims: [[Int]: Double?] = [:]
    while !search.isFinished {
      let asked = search.ask(cost: WatchedSearch.cost)
      for candidate in asked { aims[candidate.bins] = .some(search.accuracyToReach) }
      search.tell(asked.map { WatchedSearch.score($0.bins) })
    }
    #expect(search.history == history)
    let watched = WatchedSearch(ranks: ranks)
    _ = try watched.run()
    #expect(watched.tasks.count == 40)
    for task in watched.tasks { #expect(task.aim == aims[task.bins]) }
    #expect(watched.tasks.count { $0.aim == nil } == 10)
    for record in watched.records {
      let task = try #require(watched.tasks.first { $0.bins == record.bins })
      #expect(record.stoppedAfter == WatchedSearch.stoppedAfter(task))
    }
    #expect(watched.records.contains { $0.stoppedAfter != nil })
  }

  /// One rank alone goes through a generation in the order of bins, and is told what the next one has in common.
  @Test func candidatesThatBeginAlikeFollowEachOther() throws {
    let watched = WatchedSearch(ranks: 1)
    let history = try watched.run().search.history
    for generation in 0..<4 {
      let bins = history.filter { $0.generation == generation }.map(\.candidate.bins)
      let tasks = watched.tasks[generation * 10..<generation * 10 + 10]
      #expect(Set(tasks.map(\.bins)) == Set(bins))
      for (task, next) in zip(tasks, tasks.dropFirst()) {
        let common = zip(task.bins, next.bins).prefix { $0 == $1 }.count
        #expect(task.sharedGroups == common)
      }
      #expect(tasks.last?.sharedGroups == 0)
    }
  }

  // MARK: - Leaving and going on

  /// Rank 0 alone, a worker alone, two workers, all: whoever is asked, all leave, and nothing is lost.
  @Test(
    arguments: [
      (1, [0]), (2, [0]), (2, [1]), (3, [0]), (3, [2]), (4, [1, 3]), (4, [0, 1, 2, 3]),
    ] as [(Int, Set<Int>)], [0, 1, 14, 33])
  func aRequestToLeaveReachesAllAndLosesNothing(
    _ asked: (ranks: Int, stopped: Set<Int>), afterScorings: Int
  ) throws {
    let expected = plainSearch()
    let first = WatchedSearch(
      ranks: asked.ranks, stop: .init(ranks: asked.stopped, afterScorings: afterScorings))
    #expect(try first.run().outcome == .stopped)
    #expect(first.completed.count < 40)
    #expect(Set(first.records.map(\.bins)) == Set(first.completed))
    let known = Dictionary(
      uniqueKeysWithValues: first.records.map {
        ($0.bins, Score(accuracy: $0.accuracy, loss: $0.loss))
      })
    let second = WatchedSearch(ranks: 5 - asked.ranks, known: known)
    let end = try second.run()
    #expect(end.outcome == .finished)
    #expect(end.search.history == expected.history && end.search.best == expected.best)
    #expect(Set(second.begun.map(\.bins)).isDisjoint(with: known.keys))
    #expect(first.completed.count + second.completed.count == 40)
    #expect(!second.wasToldBeforeRecording)
  }

  @Test func aSearchThatIsKnownWholeScoresNothing() throws {
    let expected = plainSearch()
    let known = expected.history.map { ($0.candidate.bins, $0.score) }
    let watched = WatchedSearch(ranks: 3, known: Dictionary(uniqueKeysWithValues: known))
    #expect(try watched.run().search.history == expected.history)
    #expect(watched.begun.isEmpty && watched.records.isEmpty)
  }

  // MARK: - Failing

  private struct PlantedError: Error, Equatable {}

  /// Rank 0 waits for the failure between its batches, a worker in a wait for orders or in a scoring.
  @Test(arguments: [(1, 0), (2, 0), (2, 1), (4, 0), (4, 3)])
  func aRankThatCannotScoreEndsAll(ranks: Int, bad: Int) {
    let start = ContinuousClock.now
    #expect(throws: PlantedError()) {
      let watched = WatchedSearch(ranks: ranks)
      _ = try watched.run(extra: { rank in
        watched.giveOthersTime(rank)
        if rank == bad, watched.haveAllBegun { throw PlantedError() }
      })
    }
    #expect(ContinuousClock.now - start < .seconds(30))
  }

  @Test(arguments: [1, 3]) func aScoreThatCannotBeRecordedEndsAll(ranks: Int) {
    let watched = WatchedSearch(ranks: ranks)
    #expect(throws: PlantedError()) {
      _ = try watched.run(recording: { _ in
        if watched.records.count == 12 { throw PlantedError() }
      })
    }
    #expect(watched.records.count == 12)
  }
}
