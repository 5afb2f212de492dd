import ArgumentParser
import BenchmarkSupport
import Engine

/// Measures what this machine can do at best, on one thread and on all: what other figures are set
/// beside.
@main
struct PeakBenchmark: ParsableCommand {
  @OptionGroup var engine: EngineOptions

  /// What one number of threads reaches; a list has one rate a turn.
  private struct Row: Encodable {
    let kind = "peak"
    let threads: Int
    /// 10^9 floating-point operations a second: registers alone, and the engine's product kernel at
    /// its best.
    let registersGigaflops: [Double]
    let productKernelGigaflops: Double
    /// 10^9 bytes a second: our loops, and the engine's addition of one block into another at its
    /// best.
    let readGigabytes, copyGigabytes, triadGigabytes: [Double]
    let addIntoGigabytes: Double
  }

  func run() throws {
    let kernels = try engine.kernelSet()
    try printLine(Header("peak", engine: engine, peak: engine.context().peakGigaflops()))
    for threads in Set([1, engine.threads]).sorted() {
      let pool = ThreadPool(threads: threads)
      let peak = MachinePeak(kernels: kernels, threads: pool)
      let probe = MachineProbe(kernels: kernels, threads: pool)
      try printLine(
        Row(
          threads: threads, registersGigaflops: peak.gigaflops(rounds: engine.rounds),
          productKernelGigaflops: probe.multiplyAddGigaflops(),
          readGigabytes: peak.readGigabytes(rounds: engine.rounds),
          copyGigabytes: peak.copyGigabytes(rounds: engine.rounds),
          triadGigabytes: peak.triadGigabytes(rounds: engine.rounds),
          addIntoGigabytes: probe.addIntoGigabytesPerSecond()))
    }
  }
}
