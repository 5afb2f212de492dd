import Glibc

/// State that threads share, and wait for to change.
///
/// `@unchecked Sendable`: the state is touched with the mutex held, and nowhere else.
final class Monitor<State>: @unchecked Sendable {
  private var state: State
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init(_ state: State) {
    self.state = state
    pthread_mutex_init(mutex, nil)
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(changed, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(changed)
    pthread_mutex_destroy(mutex)
    changed.deallocate()
    mutex.deallocate()
  }

  /// Changes the state and wakes those who wait.
  func update<Result, Failure: Error>(
    _ body: (inout State) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    pthread_cond_broadcast(changed)
    return try body(&state)
  }

  /// Tries after every change until `attempt` returns something.
  ///
  /// - Returns: nil when the time is over first.
  func wait<Result, Failure: Error>(
    atMost patience: Duration, for attempt: (inout State) throws(Failure) -> Result?
  ) throws(Failure) -> Result? {
    var deadline = monotonicTime(after: patience)
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      if let result = try attempt(&state) { return result }
      guard pthread_cond_timedwait(changed, mutex, &deadline) == 0 else { return nil }
    }
  }

  private func monotonicTime(after patience: Duration) -> timespec {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    let nanoseconds = time.tv_nsec + Int(patience.components.attoseconds / 1_000_000_000)
    time.tv_sec += Int(patience.components.seconds) + nanoseconds / 1_000_000_000
    time.tv_nsec = nanoseconds % 1_000_000_000
    return time
  }
}
