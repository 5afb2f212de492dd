import Foundation
import Supernet
import Testing

/// Channel-Bench-Macro's files in the folder that VERNIER_CHANNEL_BENCH names.
enum PublishedBenchmark {
  static let folder = ProcessInfo.processInfo.environment["VERNIER_CHANNEL_BENCH"]

  struct Entry: Decodable {
    /// MACs, whatever the file calls them.
    let flops: Int
    let params: Int
  }

  static func entries(_ file: String) throws -> [String: Entry] {
    let folder = try #require(folder)
    let data = try Data(contentsOf: URL(filePath: folder).appending(path: file))
    return try JSONDecoder().decode([String: Entry].self, from: data)
  }
}

@Suite struct PublishedCostTests {
  @Test(
    .enabled(
      if: PublishedBenchmark.folder != nil,
      "set VERNIER_CHANNEL_BENCH to a folder with Channel-Bench-Macro's Results_*.json"),
    arguments: [
      ("cbm-mobilenet", "Results_MobileNet.json"), ("cbm-resnet", "Results_ResNet.json"),
    ])
  func everyPublishedKeyHasItsCosts(name: String, file: String) throws {
    let costs = CostModel(try SearchSpace(channelBench(name)))
    let entries = try PublishedBenchmark.entries(file)
    #expect(entries.count > 1000)
    let wrong = entries.filter { key, entry in
      let widths = Widths(bins: key.compactMap(\.wholeNumberValue))
      return costs.macs(of: widths) != entry.flops || costs.parameters(of: widths) != entry.params
    }
    #expect(wrong.isEmpty)
  }
}
