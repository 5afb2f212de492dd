import CPUShims
import Glibc
import Synchronization

/// Threads that share the iterations of a loop; the calling thread is one of them.
///
/// There is one pool in a rank. `forEach` blocks until every index has run; one loop runs at a time, so a body begins
/// none, nor does another thread. Bodies write disjoint memory, and nothing may depend on which thread takes an index:
/// indices are handed out as threads ask for them.
///
///     caller:  publish the loop; run indices until none is left; wait for the others
///     worker:  spin a little, then sleep, until a loop is published; run indices; report; again
public final class ThreadPool: @unchecked Sendable {
  /// How many threads run a loop, the caller included.
  public let count: Int

  private let loop: SharedLoop
  private let threads: [pthread_t]

  /// - Parameter threads: at least 1; by default as many as this process may use processors, read from its
  ///   affinity, so that `mpirun --bind-to` and `taskset` are honoured.
  public init(threads count: Int = ThreadPool.availableProcessors) {
    precondition(count >= 1, "a thread pool needs at least one thread")
    self.count = count
    // Threads hold the loop and not the pool: a pool that its own threads hold would never end.
    let loop = SharedLoop()
    self.loop = loop
    threads = (1..<max(1, count)).map { worker in startThread { loop.work(as: worker) } }
  }

  deinit {
    loop.stop()
    for thread in threads { pthread_join(thread, nil) }
  }

  /// How many processors the calling thread may run on.
  public static var availableProcessors: Int {
    max(1, Int(cpu_affinity_count()))
  }

  /// Runs `body` for every index below `iterations`, on all threads, and waits for the last.
  public func forEach(_ iterations: Int, _ body: (Int) -> Void) {
    forEachWithWorker(iterations) { index, _ in body(index) }
  }

  /// The same; the body also learns which of the `count` threads runs it, for memory of its own.
  package func forEachWithWorker(_ iterations: Int, _ body: (_ index: Int, _ worker: Int) -> Void) {
    if count == 1 || iterations <= 1 {
      for index in 0..<iterations { body(index, 0) }
      return
    }
    withoutActuallyEscaping(body) { escaping in
      loop.run(iterations, workers: count - 1, escaping)
    }
  }

  /// The index that the thread which runs this one is likely to take next: the other threads take those between.
  func likelyNext(after index: Int, of iterations: Int) -> Int {
    min(index + count, iterations - 1)
  }
}

/// The loop that a pool's threads run now; held by the pool and by each of its threads.
private final class SharedLoop: @unchecked Sendable {
  private let next = Atomic<Int>(0)
  private let generation = Atomic<Int>(0)
  private let busy = Atomic<Int>(0)
  private let stopping = Atomic<Bool>(false)
  private var iterations = 0
  private var body: ((Int, Int) -> Void)?
  private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
  private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

  init() {
    pthread_mutex_init(mutex, nil)
    pthread_cond_init(wake, nil)
  }

  deinit {
    pthread_cond_destroy(wake)
    pthread_mutex_destroy(mutex)
    wake.deallocate()
    mutex.deallocate()
  }

  /// Publishes a loop, takes part in it, and waits for `workers` others.
  func run(_ iterations: Int, workers: Int, _ body: @escaping (Int, Int) -> Void) {
    self.iterations = iterations
    self.body = body
    next.store(0, ordering: .relaxed)
    busy.store(workers, ordering: .relaxed)
    publish()
    runIndices(as: 0, body)
    waitForWorkers()
    self.body = nil
  }

  /// Sends all threads home.
  func stop() {
    stopping.store(true, ordering: .releasing)
    publish()
  }

  /// Mostly a matter of microseconds; where ranks share processors, a worker may have to get one first.
  private func waitForWorkers() {
    var spins = 0
    while busy.load(ordering: .acquiring) > 0 {
      spins += 1
      if spins < 2_000 { cpu_pause() } else { sched_yield() }
    }
  }

  private func publish() {
    pthread_mutex_lock(mutex)
    generation.add(1, ordering: .releasing)
    pthread_cond_broadcast(wake)
    pthread_mutex_unlock(mutex)
  }

  private func runIndices(as worker: Int, _ body: (Int, Int) -> Void) {
    while true {
      let index = next.add(1, ordering: .relaxed).oldValue
      if index >= iterations { return }
      body(index, worker)
    }
  }

  /// A thread's life.
  func work(as worker: Int) {
    var seen = 0
    while true {
      waitForLoop(after: seen)
      seen += 1
      if stopping.load(ordering: .acquiring) { return }
      if let body { runIndices(as: worker, body) }
      busy.subtract(1, ordering: .releasing)
    }
  }

  /// Spinning bridges the gaps inside a training step; sleeping leaves the processor to others between steps.
  private func waitForLoop(after seen: Int) {
    for _ in 0..<2_000 {
      if generation.load(ordering: .acquiring) != seen { return }
      cpu_pause()
    }
    pthread_mutex_lock(mutex)
    while generation.load(ordering: .acquiring) == seen { pthread_cond_wait(wake, mutex) }
    pthread_mutex_unlock(mutex)
  }
}

/// Starts a thread that runs `body` once.
private func startThread(_ body: @escaping () -> Void) -> pthread_t {
  final class Box {
    let body: () -> Void
    init(_ body: @escaping () -> Void) { self.body = body }
  }
  var thread = pthread_t()
  let box = Unmanaged.passRetained(Box(body))
  let status = pthread_create(
    &thread, nil,
    { context in
      guard let context else { return nil }
      Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body()
      return nil
    }, box.toOpaque())
  guard status == 0 else {
    // Optimised code would stop without a precondition's sentence.
    fatalError("the system refuses another thread; give fewer engine.threads")
  }
  return thread
}
