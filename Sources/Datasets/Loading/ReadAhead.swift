import Foundation

/// Batches read by threads of their own before they are asked for.
///
///     a thread, for ever:  claim a few images of the earliest batch that has any left; read them; hand them in
///     take(step):          drop what nobody will ask for, add what is missing up to step + depth, wait for step
///
/// What a batch holds is settled when it is planned, so neither threads nor timing can change it.
final class ReadAhead: Sendable {
  typealias Read = @Sendable (PendingBatch, Int) -> Result<ImageList.Reading, DatasetError>

  /// Few enough to share a batch evenly, enough to make the lock cheap for tiny images.
  private static let imagesPerClaim = 8

  private let queue: Queue
  private let workers: Workers

  init(workers count: Int, read: @escaping Read) {
    let queue = Queue()
    self.queue = queue
    workers = Workers(count: count) {
      while let (batch, range) = queue.nextClaim(atMost: Self.imagesPerClaim) {
        queue.finish(batch, range, range.map { read(batch, $0) })
      }
    }
  }

  /// Waits for the batch of one step, and leaves the next `depth` steps to the threads.
  func take(step: Int, depth: Int, plan: (Int) -> PendingBatch) -> PendingBatch {
    queue.take(step: step, depth: depth, plan: plan)
  }

  /// Ends the threads; returns when they are gone.
  func shutdown() {
    queue.close()
    workers.wait()
  }
}

/// The batches in flight, earliest first, behind one lock.
private final class Queue: @unchecked Sendable {
  private let condition = NSCondition()
  private var batches: [PendingBatch] = []
  private var isClosed = false

  /// Blocks until there is something to read; nil once closed.
  func nextClaim(atMost count: Int) -> (PendingBatch, Range<Int>)? {
    condition.withLock {
      while !isClosed {
        for batch in batches {
          if let range = batch.claim(atMost: count) { return (batch, range) }
        }
        condition.wait()
      }
      return nil
    }
  }

  func finish(
    _ batch: PendingBatch, _ range: Range<Int>,
    _ readings: [Result<ImageList.Reading, DatasetError>]
  ) {
    condition.withLock {
      batch.finish(range, with: readings)
      if batch.isComplete { condition.broadcast() }
    }
  }

  func take(step: Int, depth: Int, plan: (Int) -> PendingBatch) -> PendingBatch {
    condition.withLock {
      precondition(!isClosed, "a loader that was shut down has no batches")
      let inFlight = Dictionary(uniqueKeysWithValues: batches.map { ($0.step, $0) })
      batches = (step...step + depth).map { inFlight[$0] ?? plan($0) }
      condition.broadcast()
      let wanted = batches[0]
      while !wanted.isComplete { condition.wait() }
      batches.removeFirst()
      return wanted
    }
  }

  func close() {
    condition.withLock {
      isClosed = true
      condition.broadcast()
    }
  }
}
