import Randomness
import Supernet
import Testing

@Suite struct ParameterLayoutTests {
  @Test(arguments: Architecture.names)
  func arraysAreAlignedDisjointAndComplete(name: String) throws {
    let network = try channelBench(name)
    let layout = ParameterLayout(network)
    var end = 0
    for tensor in layout.tensors {
      #expect(tensor.range.lowerBound.isMultiple(of: 16))
      #expect(tensor.range.lowerBound >= end && tensor.range.lowerBound < end + 16)
      #expect(tensor.range.count == tensor.shape.reduce(1, *))
      end = tensor.range.upperBound
    }
    #expect(layout.count.isMultiple(of: 16) && layout.count >= end && layout.count < end + 16)
    #expect(Set(layout.tensors.map(\.name)).count == layout.tensors.count)
    let costs = CostModel(.singleton(network))
    #expect(
      layout.tensors.reduce(0) { $0 + $1.range.count }
        == costs.parameters(of: costs.space.fullWidths))
  }

  @Test func arraysHaveTheirNamesShapesAndKinds() throws {
    let tensors = ParameterLayout(try HandMade.bound()).tensors
    #expect(
      tensors.map { "\($0.name) \($0.shape)" } == [
        "mix.weight [3, 3, 2, 2]", "a.weight [3, 3, 2, 6]", "a.bn.weight [6]", "a.bn.bias [6]",
        "a.depthwise.weight [3, 3, 6]", "b.weight [1, 1, 6, 6]", "b.bn.weight [6]",
        "b.bn.bias [6]", "c.weight [3, 3, 6, 9]", "classifier.weight [9, 5]",
        "classifier.bias [5]",
      ])
    #expect(
      tensors.filter { !$0.decays }.map(\.name) == [
        "a.bn.weight", "a.bn.bias", "b.bn.weight", "b.bn.bias", "classifier.bias",
      ])
  }

  @Test func nodesFindTheirArrays() throws {
    let network = try HandMade.bound()
    let layout = ParameterLayout(network)
    for tensor in layout.tensors {
      let isBias = tensor.name.hasSuffix(".bias")
      let found = isBias ? layout.bias(ofNode: tensor.node) : layout.weight(ofNode: tensor.node)
      #expect(found == tensor)
      #expect(tensor.name == network.nodes[tensor.node].name + (isBias ? ".bias" : ".weight"))
    }
  }
}

@Suite struct InitializationTests {
  private func initialized(_ layout: ParameterLayout, seed: UInt64) -> [Float] {
    var block = [Float](repeating: .nan, count: layout.count)
    block.withUnsafeMutableBufferPointer { layout.initialize($0, seed: seed) }
    return block
  }

  /// Expects the mean and variance of many independent numbers within four standard errors.
  ///
  /// `kurtosis` is the distribution's: 3 for the normal one, 9/5 for the uniform one.
  private func expectMoments(_ values: ArraySlice<Float>, variance: Double, kurtosis: Double) {
    let count = Double(values.count)
    let mean = values.reduce(0) { $0 + Double($1) } / count
    let square = values.reduce(0) { $0 + Double($1) * Double($1) } / count
    #expect(abs(mean) < 4 * (variance / count).squareRoot())
    #expect(abs(square / variance - 1) < 4 * ((kurtosis - 1) / count).squareRoot())
  }

  @Test func everyKindStartsFromItsDistribution() throws {
    let layout = ParameterLayout(try channelBench("cbm-mobilenet"))
    let block = initialized(layout, seed: 9)
    for tensor in layout.tensors {
      let values = block[tensor.range]
      switch tensor.kind {
      case .convolutionWeight:
        let fanOut = Double(tensor.shape[0] * tensor.shape[1] * tensor.shape[3])
        expectMoments(values, variance: 2 / fanOut, kurtosis: 3)
      case .depthwiseWeight: expectMoments(values, variance: 2.0 / 9, kurtosis: 3)
      case .linearWeight:
        expectMoments(values, variance: 1.0 / 1024 / 3, kurtosis: 9.0 / 5)
        #expect(values.allSatisfy { abs($0) <= 1 / 32 })
      case .normalizationScale: #expect(values.allSatisfy { $0 == 1 })
      case .normalizationShift, .linearBias: #expect(values.allSatisfy { $0 == 0 })
      }
    }
  }

  @Test func gapsAreZero() throws {
    let layout = ParameterLayout(try HandMade.bound())
    let block = initialized(layout, seed: 9)
    let used = Set(layout.tensors.flatMap { Array($0.range) })
    let gaps = block.indices.filter { !used.contains($0) }
    #expect(!gaps.isEmpty && gaps.allSatisfy { block[$0] == 0 })
  }

  @Test func aNumberDependsOnItsSeedArrayAndPlaceAlone() throws {
    let layout = ParameterLayout(try HandMade.bound())
    let block = initialized(layout, seed: 9)
    #expect(initialized(layout, seed: 9) == block)
    let tensor = layout.tensors[5]
    var stream = RandomStream(seed: 9, purpose: .initialization, step: 5)
    let scale = Float(2.0 / 6).squareRoot()
    for element in tensor.range { #expect(block[element] == stream.normal() * scale) }
    let other = initialized(layout, seed: 10)
    #expect(tensor.range.allSatisfy { other[$0] != block[$0] })
  }
}
