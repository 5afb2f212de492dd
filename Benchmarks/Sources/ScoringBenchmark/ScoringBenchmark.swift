import ArgumentParser
import BenchmarkSupport
import Engine
import Supernet

/// Times what a search does for each candidate, ours and PyTorch's in turn: inference and
/// calibration.
///
/// Inference is a forward pass with given statistics of batch normalisation, calibration one with
/// the batch's own. Ours finds the weights packed, as all batches of a candidate but the first do. Prints a line for each width.
@main
struct ScoringBenchmark: ParsableCommand {
  @OptionGroup var engine: EngineOptions
  @OptionGroup var network: NetworkOptions

  /// What one width gave.
  private struct Row: Encodable {
    let kind = "scoring"
    let network: String
    let batch: Int
    /// Bins of each width group, and what they cost for one image.
    let widths: String
    let macs: Int
    /// Ours, then PyTorch's if there is one.
    let inference, calibration: [Timing]
    /// Seconds of PyTorch over ours, by medians: above 1 ours is faster.
    let inferenceRatio, calibrationRatio: Double?
    /// Seconds of a calibration pass over those of an inference pass, for each side.
    let calibrationOverInference: [Double]
  }

  func run() throws {
    let context = try engine.context()
    let peak = context.peakGigaflops()
    let measured = try network.made()
    let own = OwnScoring(measured, context: context)
    let peer = try network.startPeer("scoring.py", threads: engine.threads)
    try printLine(Header("scoring", engine: engine, peak: peak, peers: [peer]))
    for fraction in network.widths.values {
      let widths = measured.widths(fraction: fraction)
      let macs = measured.costs.macs(of: widths)
      let timings = try alternate(sides(measured, widths, own, peer), rounds: engine.rounds).map {
        $0.rated(images: network.images, macs: network.images * macs, peak: peak)
      }
      try printLine(row(widths, macs, timings))
    }
  }

  /// Inference of each side, then calibration of each side.
  private func sides(
    _ measured: BenchmarkNetwork, _ widths: Widths, _ own: OwnScoring, _ peer: Peer?
  ) -> [Side] {
    let subnet = measured.space.leftSubnet(of: widths)
    own.open(subnet)
    let statistics = own.calibrate(subnet).statistics
    let channels = measured.peerWidths(widths)
    func theirs(_ mode: String) -> [Side] {
      peer.map { peer in
        [
          Side(network.sideName(of: peer), steps: network.steps) {
            try peer.seconds("\(mode) \(channels)")
          }
        ]
      } ?? []
    }
    return [Side("ours", steps: network.steps) { own.evaluate(subnet, statistics) }]
      + theirs("inference")
      + [Side("ours", steps: network.steps) { own.calibrate(subnet).seconds }]
      + theirs("calibration")
  }

  private func row(_ widths: Widths, _ macs: Int, _ timings: [Timing]) -> Row {
    let inference = Array(timings.prefix(timings.count / 2))
    let calibration = Array(timings.suffix(timings.count / 2))
    func ratio(_ sides: [Timing]) -> Double? {
      sides.count > 1 ? sides[1].median / sides[0].median : nil
    }
    return Row(
      network: network.network.rawValue, batch: network.images, widths: "\(widths)", macs: macs,
      inference: inference, calibration: calibration, inferenceRatio: ratio(inference),
      calibrationRatio: ratio(calibration),
      calibrationOverInference: zip(inference, calibration).map { $1.median / $0.median })
  }
}
