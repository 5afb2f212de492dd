import Foundation
import GroundTruth
import Supernet
import Testing

/// The folder of Channel-Bench-Macro's files.
private let folder = ProcessInfo.processInfo.environment["VERNIER_CHANNEL_BENCH"]

@Suite struct PublishedCostTests {
  @Test(
    .enabled(
      if: folder != nil,
      "set VERNIER_CHANNEL_BENCH to a folder with Channel-Bench-Macro's Results_*.json"),
    arguments: [
      ("cbm-mobilenet", "Results_MobileNet.json"), ("cbm-resnet", "Results_ResNet.json"),
    ])
  func everyPublishedKeyHasItsCosts(name: String, file: String) throws {
    let costs = CostModel(try SearchSpace(channelBench(name)))
    let path = URL(filePath: try #require(folder)).appending(path: file)
    let entries = try AccuracyTable(json: Data(contentsOf: path)).entries
    #expect(entries.count > 1000)
    let wrong = entries.filter { entry in
      let widths = Widths(bins: entry.bins)
      return costs.macs(of: widths) != entry.macs
        || costs.parameters(of: widths) != entry.parameters
    }
    #expect(wrong.isEmpty)
  }
}
