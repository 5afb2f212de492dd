import Foundation
import Supernet
import Testing

@Suite struct ArchitectureTests {
  static let smallImage = FeatureShape(channels: 1, height: 28, width: 28)

  @Test(arguments: Architecture.names)
  func everyNamedNetworkFitsAnyImage(name: String) throws {
    for image in [Self.smallImage, FeatureShape(channels: 3, height: 32, width: 33)] {
      let network = try Architecture.named(name, image: image, classes: 7)
      #expect(network.name == name)
      #expect(network.image == image)
      #expect(network.outputShapes.count == network.nodes.count)
      #expect(network.outputShapes.first == image)
      #expect(network.outputShapes.last == FeatureShape(channels: 7, height: 1, width: 1))
    }
  }

  @Test func anUnknownNameListsTheNames() {
    #expect {
      try Architecture.named("resnet21", image: Self.smallImage, classes: 10)
    } throws: { error in
      let sentence = "\(error)"
      return sentence.contains("\"resnet21\"")
        && Architecture.names.allSatisfy { sentence.contains($0) }
    }
  }

  @Test(
    arguments: [
      (
        "cbm-mobilenet",
        ["features.0.conv": 16, "features.3.depthwise.conv": 8, "features.5.conv": 8]
      ),
      (
        "cbm-resnet", ["conv1": 16, "layer1.1.conv2": 16, "layer2.0.conv1": 8, "layer2.2.conv2": 8]
      ),
      (
        "resnet20",
        ["conv1": 32, "layer1.2.conv2": 32, "layer2.0.downsample.0": 16, "layer3.2.conv2": 8]
      ),
      (
        "vgg-small",
        ["features.0.conv": 32, "features.1.conv": 16, "features.3.conv": 8, "features.5.conv": 4]
      ),
    ])
  func layersHaveThePublishedSizes(name: String, sizes: [String: Int]) throws {
    let network = try channelBench(name)
    for (layer, size) in sizes {
      let place = try #require(network.nodes.firstIndex { $0.name == layer })
      #expect(network.outputShapes[place].height == size, "\(layer)")
      #expect(network.outputShapes[place].width == size, "\(layer)")
    }
  }

  @Test func shapesFollowOddSizes() throws {
    let shapes = try HandMade.bound().outputShapes.map(\.description)
    #expect(
      shapes == [
        "2x9x7", "2x9x7", "2x9x7", "6x9x7", "6x9x7", "6x9x7", "6x9x7", "6x9x7", "6x9x7", "6x9x7",
        "6x5x4", "9x3x2", "9x1x1", "5x1x1",
      ])
  }

  @Test func aNetworkSurvivesJSON() throws {
    let network = try HandMade.bound()
    let text = try JSONEncoder().encode(network)
    #expect(try JSONDecoder().decode(Architecture.self, from: text) == network)
  }

  @Test func anImpossibleNetworkIsRefusedInJSONToo() throws {
    let text = String(decoding: try JSONEncoder().encode(try HandMade.bound()), as: UTF8.self)
    let broken = text.replacingOccurrences(of: "\"classes\":5", with: "\"classes\":6")
    #expect(broken != text)
    #expect(throws: ArchitectureError.self) {
      try JSONDecoder().decode(Architecture.self, from: Data(broken.utf8))
    }
  }

  @Test func operationsReadAsWords() {
    let operations: [(Architecture.Operation, String)] = [
      (.image, "image"),
      (.convolution(outputs: 9, kernel: 3, stride: 2), "convolution 3x3, stride 2"),
      (.depthwiseConvolution(kernel: 5, stride: 1), "depthwise 5x5"),
      (.batchNormalization, "batch norm"), (.activation(.relu6), "relu6"), (.add, "add"),
      (.maxPooling(kernel: 3, stride: 2), "max pool 3x3, stride 2"),
      (.globalAveragePooling, "global average pool"), (.linear(outputs: 3), "linear"),
    ]
    for (operation, words) in operations { #expect(operation.description == words) }
  }
}
