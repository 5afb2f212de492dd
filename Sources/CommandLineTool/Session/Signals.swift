import Glibc
import Synchronization
import Training

/// What signals asked for: the only global state of the program, since a handler can reach nothing else.
private let asked = Atomic<Int>(RunRequest.none.rawValue)

/// Requests that reach a rank as signals.
///
/// SIGUSR1 saves and goes on; SIGUSR2, SIGTERM and SIGINT save and leave; a SIGINT after any of these leaves at
/// once. Schedulers send the first three before they end a job.
enum Signals {
  /// Installs the handlers.
  static func listen() {
    signal(SIGUSR1) { _ in Signals.raise(.checkpoint) }
    signal(SIGUSR2) { _ in Signals.raise(.stop) }
    signal(SIGTERM) { _ in Signals.raise(.stop) }
    signal(SIGINT) { _ in
      if asked.load(ordering: .relaxed) == RunRequest.stop.rawValue { _exit(130) }
      Signals.raise(.stop)
    }
    // A peer that is gone shows as an error of the call, not as the end of this process.
    signal(SIGPIPE, SIG_IGN)
  }

  /// The request that stands; a stop stands until the program ends.
  static var request: RunRequest {
    RunRequest(rawValue: asked.load(ordering: .relaxed)) ?? .none
  }

  /// Forgets a request to save, once it was heard.
  static func clearCheckpoint() {
    _ = asked.compareExchange(
      expected: RunRequest.checkpoint.rawValue, desired: RunRequest.none.rawValue,
      ordering: .relaxed)
  }

  private static func raise(_ request: RunRequest) {
    if asked.load(ordering: .relaxed) < request.rawValue {
      asked.store(request.rawValue, ordering: .relaxed)
    }
  }
}
