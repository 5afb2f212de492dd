import ArgumentParser
import BenchmarkSupport
import Engine
import Foundation

/// Times convolutions one by one, ours, PyTorch's operators and oneDNN's bare primitives in turn.
///
/// Ours include packing the weights, PyTorch's the copies between memory formats; oneDNN's
/// primitives are given every operand in the format they like best. Prints a line for each shape
/// and the means at the end.
@main
struct ConvolutionBenchmark: ParsableCommand {
  @OptionGroup var engine: EngineOptions
  @Option(help: "A file of Benchmarks/Shapes: convolutions.csv or winograd.csv.")
  var shapes = "convolutions.csv"
  @Option(help: "Only shapes of this set: resnet50, mobilenet-v2, cbm-resnet or odd.")
  var set: String?
  @Option(help: "A turn repeats a pass for about so many seconds.") var turn = 0.03
  @Option(help: "A Python with PyTorch.") var peer: String?
  @Option(help: "The program built from OneDNN/convolutions.cpp.") var onednn: String?

  /// The programs that are compared with, and the memory formats each is tried in.
  private struct Peers {
    let pytorch, onednn: Peer?

    init(_ options: ConvolutionBenchmark) throws {
      let file = ConvolutionShape.file(options.shapes).path
      let threads = "\(options.engine.threads)"
      pytorch = try options.peer.map {
        try Peer(python: $0, script: "convolutions.py", [file, threads])
      }
      onednn = try options.onednn.map {
        try Peer([$0, file], environment: ["OMP_NUM_THREADS": threads])
      }
    }
  }

  func run() throws {
    let context = try engine.context()
    let peak = context.peakGigaflops()
    let peers = try Peers(self)
    try printLine(
      Header("convolutions", engine: engine, peak: peak, peers: [peers.pytorch, peers.onednn]))
    var rows: [ConvolutionRow] = []
    for (index, shape) in try ConvolutionShape.all(of: shapes).enumerated()
    where set == nil || set == shape.set {
      let own = OwnConvolution(shape, context: context)
      let passes = try ConvolutionPass.allCases.map { pass in
        try measure(pass, index, own, peers) { $0.rated(macs: shape.macs, peak: peak) }
      }
      rows.append(ConvolutionRow(index: index, shape: shape, macs: shape.macs, passes: passes))
      try printLine(rows[rows.count - 1])
    }
    for summary in ConvolutionSummary.all(of: rows) { try printLine(summary) }
  }

  private func measure(
    _ pass: ConvolutionPass, _ index: Int, _ own: OwnConvolution, _ peers: Peers,
    _ rated: (Timing) -> Timing
  ) throws -> ConvolutionRow.Pass {
    let once = own.seconds(pass, repetitions: 1)
    let repetitions = max(1, min(1000, Int((turn / once).rounded(.up))))
    func theirs(_ peer: Peer?, _ formats: String...) -> [Side] {
      formats.compactMap { format in
        peer.map { peer in
          Side("\(peer.name) \(format)") {
            try peer.seconds("\(index) \(pass.rawValue) \(format) \(repetitions)")
          }
        }
      }
    }
    let pytorch = theirs(peers.pytorch, "nhwc", "nchw")
    let ours = Side("ours") { own.seconds(pass, repetitions: repetitions) }
    let timings = try alternate(
      [ours] + pytorch + theirs(peers.onednn, "any"), rounds: engine.rounds
    ).map(rated)
    func ratio(_ sides: ArraySlice<Timing>) -> Double? {
      sides.map(\.median).min().map { $0 / timings[0].median }
    }
    let firstOneDNN = 1 + pytorch.count
    return ConvolutionRow.Pass(
      pass: pass, sides: timings, pytorchRatio: ratio(timings[1..<firstOneDNN]),
      onednnRatio: ratio(timings[firstOneDNN...]))
  }
}
