/// Measures what this machine can do at best, for reports: multiply-adds, and adding one block of memory into another.
public struct MachineProbe {
  private let kernels: KernelSet
  private let threads: ThreadPool

  /// A probe that uses these kernels on all of these threads.
  public init(kernels: KernelSet, threads: ThreadPool) {
    self.kernels = kernels
    self.threads = threads
  }

  /// Floating-point operations a second, in 10^9: two for each fused multiply-add, all threads together.
  ///
  /// A full tile of the product kernel over data in the first-level cache, which reaches the peak within a few
  /// per cent; the best of five.
  public func multiplyAddGigaflops() -> Double {
    let rows = 24
    let depth = 64
    let width = kernels.panelVectors * kernels.lanes
    let repetitions = 8_000
    let input = AlignedStorage<Float>(count: rows * depth)
    let panel = AlignedStorage<Float>(count: depth * width)
    let output = AlignedStorage<Float>(count: threads.count * rows * width)
    let pixels = (0..<rows).map { Int32($0) }
    let operations = 2.0 * Double(rows * depth * width * repetitions * threads.count)
    return best { [kernels] in
      threads.forEach(threads.count) { thread in
        for _ in 0..<repetitions {
          kernels.multiplyGathered(
            input.pointer, depth, pixels, [0], [0], 1, depth, panel.pointer, kernels.panelVectors,
            nil, nil, 0, output.pointer + thread * rows * width, width, pixels, rows,
            input.pointer, 0)
        }
      }
      return operations * 1e-9
    }
  }

  /// Bytes read and written a second, in 10^9, when adding one large block into another.
  public func addIntoGigabytesPerSecond() -> Double {
    let count = 1 << 24
    let source = AlignedStorage<Float>(count: count)
    let target = AlignedStorage<Float>(count: count)
    let pieces = 32 * threads.count
    return best { [kernels] in
      threads.forEach(pieces) { piece in
        let (start, end) = (piece * count / pieces, (piece + 1) * count / pieces)
        kernels.addInto(target.pointer + start, source.pointer + start, end - start)
      }
      return 12 * Double(count) * 1e-9
    }
  }

  /// The highest of five rates of `work`, which returns how much it did.
  private func best(_ work: () -> Double) -> Double {
    let clock = ContinuousClock()
    return (0..<5).map { _ in
      var done = 0.0
      let seconds = clock.measure { done = work() } / .seconds(1)
      return done / seconds
    }.max() ?? 0
  }
}
