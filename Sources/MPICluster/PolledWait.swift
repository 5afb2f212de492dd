import Cluster
import Glibc

/// Waiting for MPI without blocking inside it.
///
/// Open MPI's own waits spin: they take a core from a rank's threads, cost milliseconds when ranks
/// share cores, and never give up. Polling with naps overlaps with computation as well, and has a
/// deadline.
struct PolledWait {
  private static let spins = 200
  private static let napNanoseconds = 50_000

  private let what: String
  private let deadline: Duration
  private var polls = 0
  private var start: ContinuousClock.Instant?

  init(for what: String, deadline: Duration) {
    self.what = what
    self.deadline = deadline
  }

  /// Passes a moment between two polls; throws once the deadline is over.
  ///
  /// - Parameter peer: the rank waited for, for the error.
  mutating func pause(peer: Int?) throws(ClusterError) {
    polls += 1
    if polls <= Self.spins { return }
    let now = ContinuousClock.now
    guard let start else {
      start = now
      sched_yield()
      return
    }
    guard now - start < deadline else {
      throw .timeout(what: what, seconds: deadline / .seconds(1), peer: peer)
    }
    var nap = timespec(tv_sec: 0, tv_nsec: Self.napNanoseconds)
    nanosleep(&nap, nil)
  }
}
