import ArgumentParser
import BenchmarkSupport
import Datasets
import Engine
import Search
import Supernet
import Training

/// Times how many candidates a rank scores in a second, with and without remembering what they have in common.
///
/// The candidates are those of an evolution: its random first generation, and a later one of children. Prints a line
/// for each.
@main
struct CandidateBenchmark: ParsableCommand {
  @OptionGroup var engine: EngineOptions
  @Option(help: "cbm-mobilenet, cbm-resnet, mobilenet-v2 or resnet50.")
  var network: BenchmarkNetwork.Name = .cbmMobileNet
  @Option(help: "Bins that a width group is cut into.") var bins = 4
  @Option(help: "Candidates of a generation.") var candidates = 20
  @Option(help: "Held-out images.") var images = 500
  @Option(help: "Calibration images.") var calibration = 256
  @Option(help: "Megabytes of the cache.") var cache = 1024

  /// What one generation gave.
  private struct Row: Encodable {
    let kind = "candidates"
    let network: String
    /// Generations before this one.
    let generation: Int
    let candidates, images, calibrationImages: Int
    /// Seconds of a generation without the cache, then with it.
    let sides: [Timing]
    /// Candidates a second, likewise.
    let candidatesPerSecond: [Double]
    /// Without over with, by medians: above 1 the cache pays.
    let ratio: Double
  }

  func run() throws {
    let context = try engine.context()
    let peak = context.peakGigaflops()
    let setting = try CandidateSetting(
      network, bins: bins, images: images, calibration: calibration, context: context)
    try printLine(Header("candidates", engine: engine, peak: peak, peers: []))
    for generation in [0, 10] {
      let asked = setting.candidates(generation: generation, count: candidates)
      let timings = try alternate(
        [0, cache].map { megabytes in
          Side(megabytes == 0 ? "without" : "with") {
            try setting.seconds(scoring: asked, cacheBytes: megabytes << 20)
          }
        }, rounds: engine.rounds)
      try printLine(
        Row(
          network: network.rawValue, generation: generation, candidates: asked.count,
          images: images, calibrationImages: calibration, sides: timings,
          candidatesPerSecond: timings.map { Double(asked.count) / $0.median },
          ratio: timings[0].median / timings[1].median))
    }
  }
}
