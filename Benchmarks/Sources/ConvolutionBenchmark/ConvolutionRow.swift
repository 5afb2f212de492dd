import BenchmarkSupport
import Foundation

/// What one shape gave.
struct ConvolutionRow: Encodable {
  let kind = "convolution"
  /// The line of the shapes' file, counted from 0.
  let index: Int
  let shape: ConvolutionShape
  let macs: Int
  let passes: [Pass]

  /// One of the three passes.
  struct Pass: Encodable {
    let pass: ConvolutionPass
    /// Ours, PyTorch in both memory formats, oneDNN: those that were asked for.
    let sides: [Timing]
    /// Seconds of PyTorch's better memory format over ours, by medians: above 1 ours is faster.
    let pytorchRatio: Double?
    /// Seconds of oneDNN's bare primitive over ours.
    let onednnRatio: Double?
  }
}

/// The ratios of all shapes for one pass and one peer.
struct ConvolutionSummary: Encodable {
  let kind = "summary"
  let pass, peer: String
  let shapes: Int
  let geometricMean, worst: Double
  /// The index of the worst shape.
  let worstShape: Int

  /// Nil without rows that have the ratio.
  private init?(
    _ pass: String, _ peer: String, _ ratios: [(index: Int, ratio: Double)]
  ) {
    guard let lowest = ratios.min(by: { $0.ratio < $1.ratio }) else { return nil }
    self.pass = pass
    self.peer = peer
    shapes = Set(ratios.map(\.index)).count
    geometricMean = BenchmarkSupport.geometricMean(ratios.map(\.ratio))
    (worst, worstShape) = (lowest.ratio, lowest.index)
  }

  /// A summary for each pass and for all together, for each peer.
  static func all(of rows: [ConvolutionRow]) -> [ConvolutionSummary] {
    let peers: [(String, (ConvolutionRow.Pass) -> Double?)] = [
      ("pytorch", \.pytorchRatio), ("onednn", \.onednnRatio),
    ]
    let choices = ConvolutionPass.allCases.map { [$0] } + [ConvolutionPass.allCases]
    return peers.flatMap { peer, ratio in
      choices.compactMap { passes in
        let ratios = rows.flatMap { row in
          row.passes.filter { passes.contains($0.pass) }.compactMap { pass in
            ratio(pass).map { (index: row.index, ratio: $0) }
          }
        }
        return ConvolutionSummary(passes.count > 1 ? "all" : passes[0].rawValue, peer, ratios)
      }
    }
  }
}
