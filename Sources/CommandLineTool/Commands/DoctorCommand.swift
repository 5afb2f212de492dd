import ArgumentParser
import CPUShims
import Cluster
import Engine
import MPICluster
import Training

/// Shows what this installation can do, rank by rank.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Reports MPI, ranks, threads, binding, instruction set, speed and one reduction.")

  func run() throws {
    try Ranks.run(listening: false) { communicator in
      let kernels = try KernelSet.select()
      let threads = ThreadPool()
      if communicator.rank == 0 {
        show("vernier       \(programVersion)")
        show("MPI           \(MPISession.libraryVersion), \(communicator.size) ranks")
        show("instructions  \(kernels.choice.rawValue)")
      }
      let probe = MachineProbe(kernels: kernels, threads: threads)
      // One rank after another, so that none measures what another uses.
      for rank in 0..<communicator.size {
        if rank == communicator.rank {
          let arithmetic = probe.multiplyAddGigaflops()
          let bandwidth = probe.addIntoGigabytesPerSecond()
          show(
            "rank \(rank)        \(threads.count) threads on processors \(Self.processors()), "
              + "\(fixed(arithmetic, 0)) GFLOP/s, \(fixed(bandwidth, 1)) GB/s")
        }
        try communicator.barrier()
      }
      let reduction = try timeReduction(communicator)
      if communicator.rank == 0 {
        show(
          "reduction     4 MiB summed over \(communicator.size) ranks in "
            + "\(fixed(reduction * 1e3, 2)) ms, correct")
      }
      return 0
    }
  }

  /// The processors that this rank is bound to, as in "0 1 4".
  private static func processors() -> String {
    var numbers = [Int32](repeating: 0, count: 1024)
    let count = Int(cpu_affinity_list(&numbers, Int32(numbers.count)))
    return numbers.prefix(count).map(String.init).joined(separator: " ")
  }

  /// Sums a vector over all ranks in the fixed tree and checks it; returns the median seconds of five.
  private func timeReduction(_ communicator: any Communicator) throws -> Double {
    let count = 1 << 20
    let block = AlignedStorage<Float>(count: count)
    let tree = TreeReduction(
      communicator: communicator,
      assignment: try ShardAssignment(shards: communicator.size, ranks: communicator.size))
    var seconds: [Double] = []
    for _ in 0..<5 {
      try block.withMutableElements { elements in
        elements.update(repeating: Float(communicator.rank + 1))
        guard let start = elements.baseAddress else { return }
        let watch = Stopwatch()
        try tree.reduce(shardGradients: [start], ranges: [0..<count])
        seconds.append(watch.seconds)
        let expected = Float(communicator.size * (communicator.size + 1) / 2)
        guard elements.allSatisfy({ $0 == expected }) else {
          throw UsageError(
            description: "the reduction over the ranks gave a wrong sum", exitCode: 70)
        }
      }
    }
    return seconds.sorted()[2]
  }
}
