import Engine
import PeakLoops

extension EngineContext {
  /// What percentages are of: 10^9 floating-point operations a second of all threads, from
  /// registers; the best of nine turns.
  public func peakGigaflops() -> Double {
    MachinePeak(kernels: kernels, threads: threads).gigaflops(rounds: 9).max() ?? 0
  }
}

/// What this machine can do at best, measured by loops that share nothing with the engine's
/// kernels.
public struct MachinePeak {
  private let vectors: peak_vectors
  private let threads: ThreadPool
  private static let links = 4_000_000
  /// Large enough for no cache to hold it.
  private static let floats = 1 << 25
  private static let pieces = 64

  /// The peak of as many threads, with the vectors of these kernels.
  public init(kernels: KernelSet, threads: ThreadPool) {
    vectors =
      switch kernels.choice {
      case .v4: peak_v4
      case .v3: peak_v3
      case .portable, .auto: peak_portable
      }
    self.threads = threads
  }

  /// Floating-point operations a second in 10^9, two for each multiply-add, from registers alone.
  ///
  /// - Returns: one rate for each of `rounds` turns.
  public func gigaflops(rounds: Int) -> [Double] {
    let done = AlignedStorage<Double>(count: 8 * threads.count)
    return rates(rounds) {
      done.withMutableElements { done in
        threads.forEach(threads.count) { thread in
          var sink: Float = 0
          done[8 * thread] = peak_multiply_add(vectors, Self.links, &sink)
        }
        return done.reduce(0, +)
      }
    }
  }

  /// Bytes read a second in 10^9, of a block that no cache holds.
  public func readGigabytes(rounds: Int) -> [Double] {
    bandwidth(rounds, blocks: 1) { blocks, count in
      // Kept, or there would be no need to read.
      blocks[0].pointee = peak_read(blocks[0], count)
    }
  }

  /// Bytes read and written a second in 10^9, when copying one block to another.
  public func copyGigabytes(rounds: Int) -> [Double] {
    bandwidth(rounds, blocks: 2) { blocks, count in peak_copy(blocks[0], blocks[1], count) }
  }

  /// Bytes read and written a second in 10^9, for a = b + 3 c (STREAM's triad).
  public func triadGigabytes(rounds: Int) -> [Double] {
    bandwidth(rounds, blocks: 3) { blocks, count in
      peak_triad(blocks[0], blocks[1], blocks[2], count)
    }
  }

  /// Rates of a loop that walks through some blocks once; `loop` is given a piece of each.
  private func bandwidth(
    _ rounds: Int, blocks count: Int, _ loop: ([UnsafeMutablePointer<Float>], Int) -> Void
  ) -> [Double] {
    let blocks = (0..<count).map { _ in AlignedStorage<Float>(count: Self.floats) }
    let bases = blocks.map { $0.withMutableElements { $0.baseAddress! } }
    let length = Self.floats / Self.pieces
    return withExtendedLifetime(blocks) {
      rates(rounds) {
        threads.forEach(Self.pieces) { piece in loop(bases.map { $0 + piece * length }, length) }
        return 4 * Double(count * Self.floats)
      }
    }
  }

  /// What `work` does a second, in 10^9, in each of some turns; the first turn is not counted.
  private func rates(_ rounds: Int, _ work: () -> Double) -> [Double] {
    (0...rounds).map { _ in
      var done = 0.0
      let time = seconds { done = work() }
      return 1e-9 * done / time
    }.suffix(rounds)
  }
}
