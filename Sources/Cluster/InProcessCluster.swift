import Synchronization

/// Ranks that are threads of this process: for tests, and for what needs no MPI.
public enum InProcessCluster {
  /// Runs `body` once per rank, each on a thread of its own, and waits for all.
  ///
  /// When a rank throws, the waits of the others throw `ClusterError.peerFailed` at once.
  ///
  /// - Parameters:
  ///   - ranks: how many, at least one.
  ///   - deadline: how long a rank waits for another.
  ///   - body: what a rank does.
  /// - Returns: what each rank returned, in rank order.
  /// - Throws: the error that was thrown first.
  public static func run<Result: Sendable>(
    ranks: Int, deadline: Duration = .seconds(300),
    _ body: @escaping @Sendable (any Communicator) throws -> Result
  ) throws -> [Result] {
    precondition(ranks > 0, "a cluster has at least one rank")
    let switchboard = Monitor(Switchboard(ranks: ranks))
    let results = ResultBoard<Result>(count: ranks)
    let threads = (0..<ranks).map { rank in
      RankThread {
        let communicator = InProcessCommunicator(
          rank: rank, size: ranks, switchboard: switchboard, deadline: deadline)
        do {
          results.put(try body(communicator), at: rank)
        } catch {
          switchboard.update { $0.noteFailure(of: rank, error) }
        }
      }
    }
    for thread in threads { thread.join() }
    if let failure = switchboard.update({ $0.failure }) { throw failure.error }
    return results.all()
  }
}

/// What the ranks return.
private final class ResultBoard<Result: Sendable>: Sendable {
  private let results: Mutex<[Result?]>

  init(count: Int) {
    results = Mutex(Array(repeating: nil, count: count))
  }

  func put(_ result: Result, at rank: Int) {
    results.withLock { $0[rank] = result }
  }

  func all() -> [Result] {
    results.withLock { $0.map { $0! } }
  }
}
