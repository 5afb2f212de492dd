import Glibc

/// A thread with a stack of its own size: the default of a secondary thread is too small for a
/// whole rank.
struct RankThread {
  private static let stackBytes = 16 << 20

  private let thread: pthread_t

  /// Starts the thread.
  init(running body: @escaping @Sendable () -> Void) {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setstacksize(&attributes, Self.stackBytes)
    let job = Unmanaged.passRetained(Job(body)).toOpaque()
    var thread = pthread_t()
    let status = pthread_create(&thread, &attributes, runJob, job)
    pthread_attr_destroy(&attributes)
    precondition(status == 0, "the system refuses another thread (error \(status))")
    self.thread = thread
  }

  /// Waits for its end.
  func join() {
    pthread_join(thread, nil)
  }
}

/// A C function cannot capture, so the body travels in a box.
private final class Job: Sendable {
  let body: @Sendable () -> Void

  init(_ body: @escaping @Sendable () -> Void) {
    self.body = body
  }
}

private func runJob(_ job: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  Unmanaged<Job>.fromOpaque(job!).takeRetainedValue().body()
  return nil
}
