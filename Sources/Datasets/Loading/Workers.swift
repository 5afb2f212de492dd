import Foundation

/// Threads that run one closure each, and can be waited for.
///
/// Real threads rather than Swift's cooperative pool: reading files blocks.
final class Workers: @unchecked Sendable {
  private let condition = NSCondition()
  private var running: Int

  /// Starts `count` threads.
  init(count: Int, _ body: @escaping @Sendable () -> Void) {
    precondition(count >= 1, "at least one thread has to read")
    running = count
    for _ in 0..<count {
      Thread {
        body()
        self.oneEnded()
      }.start()
    }
  }

  /// Returns when the last thread has ended.
  func wait() {
    condition.withLock {
      while running > 0 { condition.wait() }
    }
  }

  private func oneEnded() {
    condition.withLock {
      running -= 1
      condition.broadcast()
    }
  }
}
