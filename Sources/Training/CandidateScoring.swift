import Cluster
import Search

/// A scored candidate as it goes into the journal.
public struct ScoreRecord: Codable, Equatable, Sendable {
  /// The generation that asked, from 0.
  public let generation: Int
  /// One bin a width group.
  public let bins: [Int]
  /// Multiply-accumulates for one image.
  public let macs: Int
  /// Parameters; nil in journals of versions that did not count them.
  public let parameters: Int?
  /// On the held-out images.
  public let accuracy, loss: Double
  /// The images it was measured on where it was given up as hopeless; nil where it was measured on all.
  public let stoppedAfter: Int?
  /// Who scored it and how long it took; no result depends on these.
  public let rank: Int
  /// Seconds of wall time.
  public let seconds: Double
}

/// Runs a search over all ranks: rank 0 hosts it, every rank scores, whoever is free gets the next candidate.
///
/// The outcome is a function of the search's seed and the scores alone: a generation is told only when all of
/// its scores are in, in the order asked. Nothing is scored twice: what the journal holds is not handed out.
///
///     rank 0:   ask -> for each candidate without a score: hand it to a waiting rank, or score it here,
///               answering other ranks between the batches -> record each score -> tell -> ask ...
///     others:   report (with the last score) -> receive a candidate -> score it ... until told to leave
///
/// Candidates are handed out so that a rank gets what begins like its last one (``PrefixCache``).
/// A rank that is asked to stop gives its candidate back, and that stops the search on all ranks.
public struct CandidateScoring {
  /// A candidate to score, and what makes that fast.
  public struct Task: Hashable, Sendable {
    /// One bin a width group.
    public let bins: [Int]
    /// How many groups, from the first on, it has in common with another one that is still to be scored.
    public let sharedGroups: Int
    /// The accuracy below which it does not matter how low; nil where every accuracy matters.
    public let aim: Double?
  }

  /// What a rank found.
  public struct Finding: Hashable, Sendable {
    /// On the images it looked at.
    public let score: Score
    /// How many these are where it gave up early; nil where it looked at all.
    public let stoppedAfter: Int?

    /// A finding.
    public init(_ score: Score, stoppedAfter: Int? = nil) {
      self.score = score
      self.stoppedAfter = stoppedAfter
    }
  }

  /// Scores one candidate on this rank; calls its argument between passes and gives up when that throws.
  public typealias Scorer = (
    _ task: Task, _ betweenPasses: () throws -> Void
  ) throws -> Finding

  /// How a search ended.
  public enum Outcome: Sendable {
    /// The search is finished.
    case finished
    /// A request to stop came first; the scores recorded so far stand.
    case stopped
  }

  private static let reportTag = 1
  private static let orderTag = 2

  private let communicator: any Communicator
  private let score: Scorer
  private let request: () -> RunRequest

  /// - Parameters:
  ///   - score: how this rank scores.
  ///   - request: what this rank was asked so far.
  public init(
    communicator: any Communicator, score: @escaping Scorer, request: @escaping () -> RunRequest
  ) {
    self.communicator = communicator
    self.score = score
    self.request = request
  }

  /// Rank 0's part: runs the search to its end.
  ///
  /// - Parameters:
  ///   - known: scores of earlier attempts, by bins.
  ///   - record: called for each new score before anything is decided on it.
  ///   - told: called after each generation.
  public func host(
    _ search: inout some CandidateSearch, cost: ([Int]) -> NetworkCost, known: [[Int]: Score],
    record: (ScoreRecord) throws -> Void, told: (any CandidateSearch) throws -> Void
  ) throws -> Outcome {
    var host = Host(communicator: communicator, scores: known)
    while !search.isFinished {
      let candidates = search.ask(cost: cost)
      // Nothing is left to ask: the search is finished, and there is nothing to tell.
      if candidates.isEmpty { continue }
      host.open(
        candidates.filter { host.scores[$0.bins] == nil }, generation: search.generation,
        aim: search.accuracyToReach)
      while let missing = host.nextStep() {
        if request() == .stop || host.isClosing {
          try host.dismissAll(record)
          return .stopped
        }
        switch missing {
        case .scoreHere(let candidate, let task):
          do {
            try scoreHere(candidate, task, &host, record)
          } catch is StopRequested {
            continue
          }
        case .waitForOthers: try host.answer(wait: true, record)
        }
      }
      search.tell(candidates.compactMap { host.scores[$0.bins] })
      try told(search)
    }
    try host.dismissAll(record)
    return .finished
  }

  private func scoreHere(
    _ candidate: Candidate, _ task: Task, _ host: inout Host,
    _ record: (ScoreRecord) throws -> Void
  ) throws {
    let watch = Stopwatch()
    let result: Finding
    do {
      result = try score(task) {
        if request() == .stop { throw StopRequested() }
        try host.answer(wait: false, record)
        if host.isClosing { throw StopRequested() }
      }
    } catch {
      host.giveBack(candidate)
      throw error
    }
    try host.accept(
      candidate, result, rank: communicator.rank, seconds: watch.seconds, record)
  }

  /// Every other rank's part: scores until rank 0 says that it is over.
  public func serve() throws {
    var report = Report.ready
    while true {
      try send(report.words, to: 0, tag: Self.reportTag)
      let order = try receiveOrder()
      guard case .score(let task) = order else { return }
      let watch = Stopwatch()
      do {
        let result = try score(task) { if request() == .stop { throw StopRequested() } }
        report = .scored(result, seconds: watch.seconds)
      } catch is StopRequested {
        report = .gaveUp
      }
    }
  }

  private func receiveOrder() throws -> Order {
    while true {
      if let message = try communicator.nextMessage(tag: Self.orderTag, wait: true) {
        return Order(words: decode(message.bytes))
      }
    }
  }

  private func send(_ words: [Double], to peer: Int, tag: Int) throws {
    try CandidateScoring.send(words, to: peer, tag: tag, over: communicator)
  }

  fileprivate static func send(
    _ words: [Double], to peer: Int, tag: Int, over communicator: any Communicator
  ) throws {
    try words.withUnsafeBytes { try communicator.send($0, to: peer, tag: tag) }
  }

  /// Rank 0's books.
  private struct Host {
    enum Step {
      case scoreHere(Candidate, Task)
      case waitForOthers
    }

    let communicator: any Communicator
    var scores: [[Int]: Score]
    /// In the order of their bins, but for those that were given back.
    private var open: [Candidate] = []
    private var aim: Double?
    /// What each rank scored last.
    private var last: [Int: [Int]] = [:]
    private var underWay: [Int: Candidate] = [:]
    private var waiting: [Int] = []
    private var present: Set<Int> = []
    private var generation = 0
    /// Nothing is handed out any more: the search is over, or another rank was asked to leave.
    private(set) var isClosing = false

    init(communicator: any Communicator, scores: [[Int]: Score]) {
      self.communicator = communicator
      self.scores = scores
    }

    /// Starts a generation; ranks that wait are served at the next step.
    mutating func open(_ candidates: [Candidate], generation: Int, aim: Double?) {
      open = candidates.sorted { $0.bins.lexicographicallyPrecedes($1.bins) }
      self.generation = generation
      self.aim = aim
    }

    /// What rank 0 does next; nil when the generation is complete.
    mutating func nextStep() -> Step? {
      if let (candidate, task) = next(for: communicator.rank) { return .scoreHere(candidate, task) }
      return underWay.isEmpty ? nil : .waitForOthers
    }

    /// The candidate that begins most like the rank's last one, the first of several.
    private mutating func next(for rank: Int) -> (Candidate, Task)? {
      var (place, shared) = (0, -1)
      let before = last[rank] ?? []
      for (index, candidate) in open.enumerated() {
        let common = commonPrefix(candidate.bins, before)
        if common > shared { (place, shared) = (index, common) }
      }
      guard open.indices.contains(place) else { return nil }
      let candidate = open.remove(at: place)
      last[rank] = candidate.bins
      let task = Task(
        bins: candidate.bins,
        sharedGroups: open.reduce(0) { max($0, commonPrefix($1.bins, candidate.bins)) }, aim: aim)
      return (candidate, task)
    }

    mutating func giveBack(_ candidate: Candidate) { open.append(candidate) }

    /// Takes reports and hands out candidates; with `wait`, returns after at least one report.
    mutating func answer(wait: Bool, _ record: (ScoreRecord) throws -> Void) throws {
      try handOut()
      var wait = wait
      while let message = try communicator.nextMessage(
        tag: CandidateScoring.reportTag, wait: wait)
      {
        wait = false
        try take(Report(words: decode(message.bytes)), from: message.source, record)
        try handOut()
      }
    }

    private mutating func take(
      _ report: Report, from rank: Int, _ record: (ScoreRecord) throws -> Void
    ) throws {
      present.insert(rank)
      waiting.append(rank)
      let candidate = underWay.removeValue(forKey: rank)
      switch report {
      case .ready: break
      case .gaveUp:
        isClosing = true
        if let candidate { open.append(candidate) }
      case .scored(let finding, let seconds):
        guard let candidate else { return }
        try accept(candidate, finding, rank: rank, seconds: seconds, record)
      }
    }

    private mutating func handOut() throws {
      while !isClosing, let rank = waiting.first, let (candidate, task) = next(for: rank) {
        waiting.removeFirst()
        underWay[rank] = candidate
        try CandidateScoring.send(
          Order.score(task).words, to: rank, tag: CandidateScoring.orderTag, over: communicator)
      }
    }

    mutating func accept(
      _ candidate: Candidate, _ finding: Finding, rank: Int, seconds: Double,
      _ record: (ScoreRecord) throws -> Void
    ) throws {
      try record(
        ScoreRecord(
          generation: generation, bins: candidate.bins, macs: candidate.cost.macs,
          parameters: candidate.cost.parameters, accuracy: finding.score.accuracy,
          loss: finding.score.loss, stoppedAfter: finding.stoppedAfter, rank: rank,
          seconds: seconds))
      scores[candidate.bins] = finding.score
    }

    /// Waits for every rank's report, keeps the scores in them, and lets all go.
    mutating func dismissAll(_ record: (ScoreRecord) throws -> Void) throws {
      isClosing = true
      while waiting.count < communicator.size - 1 { try answer(wait: true, record) }
      for rank in waiting {
        try CandidateScoring.send(
          Order.leave.words, to: rank, tag: CandidateScoring.orderTag, over: communicator)
      }
      waiting = []
    }
  }
}

/// The measurement was given up because the run is to stop.
struct StopRequested: Error {}

/// How many groups, from the first on, keep the same bins.
private func commonPrefix(_ first: [Int], _ second: [Int]) -> Int {
  zip(first, second).prefix { $0 == $1 }.count
}

/// What a rank tells rank 0; numbers only, so that a message is a list of doubles.
private enum Report {
  case ready
  case scored(CandidateScoring.Finding, seconds: Double)
  case gaveUp

  var words: [Double] {
    switch self {
    case .ready: [0]
    case .scored(let finding, let seconds):
      [1, finding.score.accuracy, finding.score.loss, seconds]
        + (finding.stoppedAfter.map { [Double($0)] } ?? [])
    case .gaveUp: [2]
    }
  }

  init(words: [Double]) {
    switch words.first {
    case 1:
      self = .scored(
        CandidateScoring.Finding(
          Score(accuracy: words[1], loss: words[2]),
          stoppedAfter: words.dropFirst(4).first.map { Int($0) }), seconds: words[3])
    case 2: self = .gaveUp
    default: self = .ready
    }
  }
}

/// What rank 0 tells a rank.
private enum Order {
  case leave
  case score(CandidateScoring.Task)

  /// No accuracy is negative, so that a negative aim stands for none.
  var words: [Double] {
    switch self {
    case .leave: [0]
    case .score(let task):
      [1, Double(task.sharedGroups), task.aim ?? -1] + task.bins.map(Double.init)
    }
  }

  init(words: [Double]) {
    guard words.first == 1 else {
      self = .leave
      return
    }
    self = .score(
      CandidateScoring.Task(
        bins: words.dropFirst(3).map { Int($0) }, sharedGroups: Int(words[1]),
        aim: words[2] < 0 ? nil : words[2]))
  }
}

private func decode(_ bytes: [UInt8]) -> [Double] {
  bytes.withUnsafeBytes { raw in
    (0..<raw.count / 8).map { raw.loadUnaligned(fromByteOffset: $0 * 8, as: Double.self) }
  }
}
