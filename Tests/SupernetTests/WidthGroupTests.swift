import Supernet
import Testing

@Suite struct WidthGroupTests {
  @Test(
    arguments: [
      ("cbm-mobilenet", [128, 768, 768, 768, 256, 1536, 1024]),
      ("cbm-resnet", [256, 256, 256, 512, 512, 512, 512]),
      ("resnet20", [16, 16, 16, 16, 32, 32, 32, 32, 64, 64, 64, 64]),
      ("vgg-small", [32, 32, 64, 64, 128, 128]),
    ])
  func networksHaveThePublishedVariablesInOrder(name: String, channels: [Int]) throws {
    #expect(try channelBench(name).widthGroups.map(\.channels) == channels)
  }

  @Test func aResidualStageIsOneVariableThroughItsProjection() throws {
    let network = try channelBench("resnet20")
    let stage = try #require(network.widthGroups.first { $0.name == "layer2.0.conv2" })
    let convolutions = stage.nodes.map { network.nodes[$0] }.filter {
      if case .convolution = $0.operation { true } else { false }
    }
    #expect(
      convolutions.map(\.name) == [
        "layer2.0.conv2", "layer2.0.downsample.0", "layer2.1.conv2", "layer2.2.conv2",
      ])
  }

  @Test func theStridedBlockWithoutShortcutStartsANewVariable() throws {
    let network = try channelBench("cbm-resnet")
    #expect(
      network.widthGroups.map(\.name) == [
        "conv1", "layer1.0.conv1", "layer1.1.conv1", "layer2.0.conv1", "layer2.0.conv2",
        "layer2.1.conv1", "layer2.2.conv1",
      ])
  }

  @Test func sumsBindAndOneInputLayersPassOn() throws {
    #expect(
      try HandMade.bound().widthGroups == [
        WidthGroup(name: "a", channels: 6, nodes: [3, 4, 5, 6, 7, 8, 9, 10]),
        WidthGroup(name: "c", channels: 9, nodes: [11, 12]),
      ])
  }

  @Test func aWidthAndItsComplementTileTheLayer() {
    for channels in 1...64 {
      let group = WidthGroup(name: "layer", channels: channels, nodes: [])
      for total in 1...channels {
        let widths = (1...total).map { group.channels(ofBins: $0, outOf: total) }
        #expect(widths.last == channels)
        #expect(widths[0] >= 1 && zip(widths, widths.dropFirst()).allSatisfy { $0 < $1 })
        for bins in 1..<max(1, total) where 2 * bins != total || channels.isMultiple(of: 2) {
          #expect(widths[bins - 1] + widths[total - bins - 1] == channels)
        }
        if total.isMultiple(of: 2), !channels.isMultiple(of: 2) {
          #expect(widths[total / 2 - 1] == (channels + 1) / 2)
        }
      }
    }
  }

  @Test func aWidthIsTheNearestNumberOfChannels() {
    for channels in 1...64 {
      let group = WidthGroup(name: "layer", channels: channels, nodes: [])
      for total in 1...channels {
        for bins in 1...total {
          let error = group.channels(ofBins: bins, outOf: total) * total - bins * channels
          #expect(2 * abs(error) <= total, "\(bins) of \(total) bins of \(channels) channels")
        }
      }
    }
  }
}
