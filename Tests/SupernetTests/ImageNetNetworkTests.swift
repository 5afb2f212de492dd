import Supernet
import Testing

/// ResNet-50 and MobileNetV2 at the sizes of their papers: 3x224x224 images, 1000 classes.
@Suite struct ImageNetNetworkTests {
  private func network(_ name: String) throws -> Architecture {
    try .named(name, image: FeatureShape(channels: 3, height: 224, width: 224), classes: 1000)
  }

  /// torchvision's counts, of convolutions and the classifier.
  @Test(
    arguments: [
      ("resnet50", 4_089_184_256, 25_557_032), ("mobilenet-v2", 300_774_272, 3_504_872),
    ])
  func fullWidthCostsWhatIsPublished(name: String, macs: Int, parameters: Int) throws {
    let costs = CostModel(SearchSpace.singleton(try network(name)))
    #expect(costs.macs(of: costs.space.fullWidths) == macs)
    #expect(costs.parameters(of: costs.space.fullWidths) == parameters)
  }

  @Test(
    arguments: [
      (
        "resnet50",
        [
          "conv1": "64x112x112", "maxpool": "64x56x56", "layer1.0.relu3": "256x56x56",
          "layer2.0.conv1": "128x56x56", "layer2.0.conv2": "128x28x28",
          "layer3.0.downsample.0": "1024x14x14", "layer4.2.add": "2048x7x7",
        ]
      ),
      (
        "mobilenet-v2",
        [
          "features.0.relu6": "32x112x112", "features.1.depthwise.conv": "32x112x112",
          "features.1.project.bn": "16x112x112", "features.2.expand.conv": "96x112x112",
          "features.2.depthwise.conv": "96x56x56", "features.7.project.bn": "64x14x14",
          "features.11.project.bn": "96x14x14", "features.16.add": "160x7x7",
          "features.17.depthwise.relu6": "960x7x7", "features.18.relu6": "1280x7x7",
        ]
      ),
    ])
  func layersHaveThePublishedShapes(name: String, shapes: [String: String]) throws {
    let network = try network(name)
    for (layer, shape) in shapes {
      let place = try #require(network.nodes.firstIndex { $0.name == layer }, "\(layer)")
      #expect(network.outputShapes[place].description == shape, "\(layer)")
    }
  }

  /// 37 and 25 variables, as BCNetV2's search spaces have them.
  @Test(
    arguments: [
      (
        "resnet50",
        [64, 64, 64, 256] + [Int](repeating: 64, count: 4)
          + [128, 128, 512] + [Int](repeating: 128, count: 6)
          + [256, 256, 1024] + [Int](repeating: 256, count: 10)
          + [512, 512, 2048] + [Int](repeating: 512, count: 4)
      ),
      (
        "mobilenet-v2",
        [
          32, 16, 96, 24, 144, 144, 32, 192, 192, 192, 64, 384, 384, 384, 384, 96, 576, 576, 576,
          160, 960, 960, 960, 320, 1280,
        ]
      ),
    ])
  func networksHaveThePublishedVariablesInOrder(name: String, channels: [Int]) throws {
    #expect(try network(name).widthGroups.map(\.channels) == channels)
  }

  @Test(
    arguments: [
      (
        "resnet50", "layer3.0.conv3",
        ["layer3.0.conv3", "layer3.0.downsample.0"] + (1...5).map { "layer3.\($0).conv3" }
      ),
      (
        "mobilenet-v2", "features.4.project.conv",
        (4...6).map { "features.\($0).project.conv" }
      ),
      (
        "mobilenet-v2", "features.0.conv", ["features.0.conv", "features.1.depthwise.conv"]
      ),
    ])
  func sumsAndDepthwiseLayersBindConvolutions(
    name: String, variable: String, convolutions: [String]
  ) throws {
    let network = try network(name)
    let group = try #require(network.widthGroups.first { $0.name == variable })
    let bound = group.nodes.map { network.nodes[$0] }.filter {
      switch $0.operation {
      case .convolution, .depthwiseConvolution: true
      default: false
      }
    }
    #expect(bound.map(\.name) == convolutions)
  }
}
