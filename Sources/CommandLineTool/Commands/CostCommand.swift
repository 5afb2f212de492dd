import ArgumentParser
import Configuration
import Foundation
import Supernet

/// What widths cost; needs no data, weights or ranks.
struct CostCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cost", abstract: "Counts multiply-accumulates and parameters of some widths.")

  @Option(help: "The network: \(Architecture.names.joined(separator: ", ")).")
  var network: String
  @Option(help: "Bins kept in each width group, as in 4,4,2,1; all of them by default.")
  var widths: String?
  @Option(help: "equal or by-cost: how channels are cut into bins.")
  var cut = RunConfiguration.Cut.equal
  @Option(help: "Bins a width group has, cut equally; 4 by default.")
  var bins: Int?
  @Option(help: "The least channels of a bin, cut by cost; 4 by default.")
  var leastChannels: Int?
  @Option(help: "The most channels of a bin, cut by cost; 64 by default.")
  var mostChannels: Int?
  @Option(help: "The image: channels x height x width.")
  var image = "3x32x32"
  @Option(help: "How many classes there are.")
  var classes = 10
  @Flag(help: "Prints JSON instead of a table.")
  var json = false

  /// The `--json` output.
  private struct Output: Codable {
    let network, widths: String
    /// Channels that each width group keeps, and the bins that it is cut into.
    let channels, bins: [Int]
    let macs, parameters: Int
    let layers: [LayerCost]

    enum CodingKeys: String, CodingKey {
      case network, widths, channels, bins, macs, layers
      case parameters = "params"
    }
  }

  func run() throws {
    let architecture = try Architecture.named(network, image: try shape(), classes: classes)
    let space = try SearchSpace(architecture, ranges: try rules().ranges(of: architecture))
    let widths = try chosenWidths(in: space)
    let cost = CostModel(space)
    let output = Output(
      network: network, widths: "\(widths)", channels: space.channels(of: widths),
      bins: space.ranges.map(\.total),
      macs: cost.macs(of: widths), parameters: cost.parameters(of: widths),
      layers: cost.rows(of: widths))
    if json {
      try show(json: output)
    } else {
      printTable(output, space)
    }
  }

  private func rules() throws -> WidthRules {
    switch cut {
    case .equal:
      if leastChannels != nil || mostChannels != nil {
        throw UsageError(
          description: "--least-channels and --most-channels are only for --cut by-cost")
      }
      return WidthRules(cut: .equal(bins: bins ?? 4))
    case .byCost:
      if bins != nil { throw UsageError(description: "--bins is only for --cut equal") }
      let (least, most) = (leastChannels ?? 4, mostChannels ?? 64)
      guard 1 <= least, least <= most else {
        throw UsageError(
          description: "--least-channels \(least) must be from 1 to --most-channels (\(most))")
      }
      return WidthRules(cut: .byCost(leastChannels: least, mostChannels: most))
    }
  }

  private func shape() throws -> FeatureShape {
    let sides = image.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
    guard sides.count == 3, sides.allSatisfy({ $0 > 0 }) else {
      throw UsageError(
        description: "--image \(image): give channels x height x width, as in 3x32x32")
    }
    return FeatureShape(channels: sides[0], height: sides[1], width: sides[2])
  }

  private func chosenWidths(in space: SearchSpace) throws -> Widths {
    guard let widths else { return space.fullWidths }
    guard let parsed = Widths(parsing: widths) else {
      throw UsageError(description: "--widths \(widths): give one bin a group, as in 4,4,2,1")
    }
    try space.validate(parsed)
    return parsed
  }

  private func printTable(_ output: Output, _ space: SearchSpace) {
    if let table = WidthTable(space.groups, space.ranges, in: space) { show(table.text + "\n") }
    for (group, channels) in zip(space.groups, output.channels) {
      show("\(group.name.padded(to: 28)) \(channels) of \(group.channels) channels")
    }
    show("")
    for layer in output.layers {
      show(
        "\(layer.name.padded(to: 28)) \(layer.operation.padded(to: 28)) "
          + "\("\(layer.inputs) -> \(layer.outputs)".padded(to: 14)) "
          + "\("\(layer.height)x\(layer.width)".padded(to: 8)) "
          + "\(grouped(layer.macs).padded(to: 14, atStart: true)) MACs "
          + "\(grouped(layer.parameters).padded(to: 12, atStart: true)) parameters")
    }
    show("\ntotal: \(grouped(output.macs)) MACs, \(grouped(output.parameters)) parameters")
  }
}

extension RunConfiguration.Cut: ExpressibleByArgument {}
