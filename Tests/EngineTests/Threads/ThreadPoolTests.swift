import Engine
import Testing

@Suite struct ThreadPoolTests {
  @Test(arguments: [1, 2, 3, 5]) func everyIndexRunsOnce(threads: Int) {
    let pool = ThreadPool(threads: threads)
    #expect(pool.count == threads)
    for iterations in [0, 1, 2, 3, 7, 64, 1_000] {
      #expect(runs(of: pool, iterations: iterations).allSatisfy { $0 == 1 })
    }
  }

  /// How often each index ran; the element behind the last index must stay 0.
  private func runs(of pool: ThreadPool, iterations: Int) -> [Int] {
    let counts = AlignedStorage<Int>(count: iterations + 1)
    pool.forEach(iterations) { index in
      counts.withMutableElements { $0[index] += 1 }
    }
    let result = counts.withElements { Array($0) }
    #expect(result[iterations] == 0)
    return Array(result.dropLast())
  }

  /// Loops follow each other closely, as layers do; a thread that takes an index of the next loop would show.
  @Test(arguments: [2, 3]) func manyLoopsFollowEachOther(threads: Int) {
    let pool = ThreadPool(threads: threads)
    let sums = AlignedStorage<Int>(count: 4)
    for loop in 0..<5_000 {
      pool.forEach(4) { index in
        sums.withMutableElements { $0[index] += loop }
      }
    }
    #expect(sums.withElements { Array($0) } == Array(repeating: 4_999 * 2_500, count: 4))
  }

  /// Workers fall asleep between loops and wake up again.
  @Test func loopsAfterAPauseRun() async throws {
    let pool = ThreadPool(threads: 2)
    for _ in 0..<3 {
      try await Task.sleep(for: .milliseconds(20))
      #expect(runs(of: pool, iterations: 50).allSatisfy { $0 == 1 })
    }
  }

  @Test func loopsOfOneMayLieInside() {
    let pool = ThreadPool(threads: 2)
    let counts = AlignedStorage<Int>(count: 8)
    pool.forEach(8) { index in
      pool.forEach(0) { _ in counts.withMutableElements { $0[index] += 100 } }
      pool.forEach(1) { _ in counts.withMutableElements { $0[index] += 1 } }
    }
    #expect(counts.withElements { Array($0) } == Array(repeating: 1, count: 8))
  }

  @Test func poolsComeAndGo() {
    for round in 0..<50 {
      let pool = ThreadPool(threads: 1 + round % 4)
      if round % 2 == 0 { #expect(runs(of: pool, iterations: 5).allSatisfy { $0 == 1 }) }
    }
  }

  @Test func processorsAreCounted() {
    #expect(ThreadPool.availableProcessors >= 1)
  }

  @Test func poolsWithoutThreadsAreRefused() async {
    await #expect(processExitsWith: .failure) { _ = ThreadPool(threads: 0) }
  }
}
