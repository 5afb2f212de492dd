import Foundation

/// Threads that run one closure each, and can be waited for.
///
/// Real threads rather than Swift's cooperative pool: reading files blocks.
final class Workers: Sendable {
  private let running = NSConditionLock(condition: 0)

  /// Starts `count` threads.
  init(count: Int, _ body: @escaping @Sendable () -> Void) {
    precondition(count >= 1, "at least one thread has to read")
    running.lock()
    running.unlock(withCondition: count)
    for _ in 0..<count {
      Thread { [running] in
        body()
        running.lock()
        running.unlock(withCondition: running.condition - 1)
      }.start()
    }
  }

  /// Returns when the last thread has ended.
  func wait() {
    running.lock(whenCondition: 0)
    running.unlock()
  }
}
