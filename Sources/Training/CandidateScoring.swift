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
/// A rank that is asked to stop gives its candidate back, and that stops the search on all ranks.
public struct CandidateScoring {
  /// Scores one candidate on this rank; calls its argument between batches and gives up when that throws.
  public typealias Scorer = (
    _ bins: [Int], _ betweenBatches: () throws -> Void
  ) throws -> Score

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
      host.open(candidates.filter { host.scores[$0.bins] == nil }, generation: search.generation)
      while let missing = host.nextStep() {
        if request() == .stop || host.isClosing {
          try host.dismissAll(record)
          return .stopped
        }
        switch missing {
        case .scoreHere(let candidate):
          do {
            try scoreHere(candidate, &host, record)
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
    _ candidate: Candidate, _ host: inout Host, _ record: (ScoreRecord) throws -> Void
  ) throws {
    let watch = Stopwatch()
    let result: Score
    do {
      result = try score(candidate.bins) {
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
      guard case .score(let bins) = order else { return }
      let watch = Stopwatch()
      do {
        let result = try score(bins) { if request() == .stop { throw StopRequested() } }
        report = .scored(bins, result, seconds: watch.seconds)
      } catch is StopRequested {
        report = .gaveUp(bins)
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
      case scoreHere(Candidate)
      case waitForOthers
    }

    let communicator: any Communicator
    var scores: [[Int]: Score]
    private var open: [Candidate] = []
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
    mutating func open(_ candidates: [Candidate], generation: Int) {
      open = candidates.reversed()
      self.generation = generation
    }

    /// What rank 0 does next; nil when the generation is complete.
    mutating func nextStep() -> Step? {
      if let candidate = open.popLast() { return .scoreHere(candidate) }
      return underWay.isEmpty ? nil : .waitForOthers
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
      case .scored(_, let score, let seconds):
        guard let candidate else { return }
        try accept(candidate, score, rank: rank, seconds: seconds, record)
      }
    }

    private mutating func handOut() throws {
      while !isClosing, let rank = waiting.first, let candidate = open.popLast() {
        waiting.removeFirst()
        underWay[rank] = candidate
        try CandidateScoring.send(
          Order.score(candidate.bins).words, to: rank, tag: CandidateScoring.orderTag,
          over: communicator)
      }
    }

    mutating func accept(
      _ candidate: Candidate, _ score: Score, rank: Int, seconds: Double,
      _ record: (ScoreRecord) throws -> Void
    ) throws {
      try record(
        ScoreRecord(
          generation: generation, bins: candidate.bins, macs: candidate.cost.macs,
          parameters: candidate.cost.parameters, accuracy: score.accuracy, loss: score.loss,
          rank: rank, seconds: seconds))
      scores[candidate.bins] = score
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

/// What a rank tells rank 0; numbers only, so that a message is a list of doubles.
private enum Report {
  case ready
  case scored([Int], Score, seconds: Double)
  case gaveUp([Int])

  var words: [Double] {
    switch self {
    case .ready: [0]
    case .scored(let bins, let score, let seconds):
      [1, score.accuracy, score.loss, seconds] + bins.map(Double.init)
    case .gaveUp(let bins): [2] + bins.map(Double.init)
    }
  }

  init(words: [Double]) {
    switch words.first {
    case 1:
      self = .scored(
        words.dropFirst(4).map { Int($0) }, Score(accuracy: words[1], loss: words[2]),
        seconds: words[3])
    case 2: self = .gaveUp(words.dropFirst().map { Int($0) })
    default: self = .ready
    }
  }
}

/// What rank 0 tells a rank.
private enum Order {
  case leave
  case score([Int])

  var words: [Double] {
    switch self {
    case .leave: [0]
    case .score(let bins): [1] + bins.map(Double.init)
    }
  }

  init(words: [Double]) {
    self = words.first == 1 ? .score(words.dropFirst().map { Int($0) }) : .leave
  }
}

private func decode(_ bytes: [UInt8]) -> [Double] {
  bytes.withUnsafeBytes { raw in
    (0..<raw.count / 8).map { raw.loadUnaligned(fromByteOffset: $0 * 8, as: Double.self) }
  }
}
