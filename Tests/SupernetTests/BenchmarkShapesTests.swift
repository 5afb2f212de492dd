import Foundation
import Supernet
import Testing

/// The list of convolutions that the benchmarks time holds those of the network that it says it holds.
@Suite struct BenchmarkShapesTests {
  private static let file = URL(filePath: #filePath).appending(
    path: "../../../Benchmarks/Shapes/convolutions.csv"
  ).standardized

  private func shapes() throws -> [(set: String, numbers: [Int])] {
    try String(contentsOf: Self.file, encoding: .utf8).split(separator: "\n").dropFirst().map {
      let fields = $0.split(separator: ",")
      return (String(fields[0]), fields.dropFirst().compactMap { Int($0) })
    }
  }

  @Test func everyShapeIsSaidOnce() throws {
    let shapes = try shapes().map(\.numbers)
    #expect(shapes.allSatisfy { $0.count == 8 })
    #expect(Set(shapes).count == shapes.count)
  }

  /// Images, height, width, inputs, outputs, kernel, stride, groups.
  @Test func mobileNetV2IsThereWithAllItsDifferentConvolutions() throws {
    let network = try Architecture.named(
      "mobilenet-v2", image: FeatureShape(channels: 3, height: 224, width: 224), classes: 1000)
    let convolutions = network.nodes.compactMap { node -> [Int]? in
      guard let input = node.inputs.first.map({ network.outputShapes[$0] }) else { return nil }
      let start = [16, input.height, input.width, input.channels]
      return switch node.operation {
      case .convolution(let outputs, let kernel, let stride): start + [outputs, kernel, stride, 1]
      case .depthwiseConvolution(let kernel, let stride):
        start + [input.channels, kernel, stride, input.channels]
      default: nil
      }
    }
    let listed = try shapes().filter { $0.set == "mobilenet-v2" }.map(\.numbers)
    #expect(Set(listed) == Set(convolutions))
  }
}
