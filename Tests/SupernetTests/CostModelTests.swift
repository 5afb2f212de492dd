import Supernet
import Testing

/// MACs and parameters of the benchmark's networks, written out layer by layer.
enum ClosedForm {
  static func mobileNet(_ c: [Int]) -> (macs: Int, parameters: Int) {
    let early = 27 * c[0], first = 2 * c[0] * c[1] + 9 * c[1], second = 2 * c[0] * c[2] + 9 * c[2]
    let fourth = 2 * c[4] * c[5] + 9 * c[5], head = c[4] * c[6], classifier = 10 * c[6]
    let expand = c[0] * c[3], shrink = 9 * c[3] + c[3] * c[4]
    let normalized =
      c[0] + (2 * c[1] + c[0]) + (2 * c[2] + c[0]) + (2 * c[3] + c[4]) + (2 * c[5] + c[4]) + c[6]
    return (
      macs: 256 * (early + first + second + expand) + 64 * (shrink + fourth + head) + classifier,
      parameters: early + first + second + expand + shrink + fourth + head + classifier + 10
        + 2 * normalized
    )
  }

  static func resNet(_ c: [Int]) -> (macs: Int, parameters: Int) {
    let early = 27 * c[0] + 9 * 2 * c[0] * (c[1] + c[2])
    let late = 9 * (c[0] * c[3] + c[3] * c[4] + 2 * c[4] * (c[5] + c[6]))
    let normalized =
      c[0] + (c[1] + c[0]) + (c[2] + c[0]) + (c[3] + c[4]) + (c[5] + c[4]) + (c[6] + c[4])
    return (
      macs: 256 * early + 64 * late + 10 * c[4],
      parameters: early + late + 10 * c[4] + 10 + 2 * normalized
    )
  }
}

@Suite struct CostModelTests {
  @Test func mobileNetCostsItsClosedFormForEveryKey() throws {
    try expectClosedForm("cbm-mobilenet", [128, 768, 768, 768, 256, 1536, 1024]) {
      ClosedForm.mobileNet($0)
    }
  }

  @Test func resNetCostsItsClosedFormForEveryKey() throws {
    try expectClosedForm("cbm-resnet", [256, 256, 256, 512, 512, 512, 512]) {
      ClosedForm.resNet($0)
    }
  }

  private func expectClosedForm(
    _ name: String, _ maxima: [Int], _ form: ([Int]) -> (macs: Int, parameters: Int)
  ) throws {
    let costs = CostModel(try SearchSpace(channelBench(name)))
    let wrong = allWidths(in: costs.space).filter { widths in
      let expected = form(zip(maxima, widths.bins).map { $0 * $1 / 4 })
      return costs.macs(of: widths) != expected.macs
        || costs.parameters(of: widths) != expected.parameters
    }
    #expect(wrong.isEmpty)
  }

  @Test(
    arguments: [
      ("cbm-mobilenet", 211_281_920, 14_285_312), ("cbm-resnet", 1_436_226_560, 90_096_896),
    ])
  func thePublishedExtremesComeOut(name: String, full: Int, narrowest: Int) throws {
    let costs = CostModel(try SearchSpace(channelBench(name)))
    #expect(costs.macs(of: costs.space.fullWidths) == full)
    #expect(costs.macs(of: costs.space.lowestWidths) == narrowest)
  }

  @Test func resNet20CostsWhatItsTableSays() throws {
    let costs = CostModel(try SearchSpace(channelBench("resnet20")))
    let stem = 1024 * 27 * 16
    let stages = 1024 * 9 * 256 * 6 + 256 * 9 * (512 + 1024 * 5) + 64 * 9 * (2048 + 4096 * 5)
    let projections = 256 * 512 + 64 * 2048
    #expect(costs.macs(of: costs.space.fullWidths) == stem + stages + projections + 640)
  }

  @Test func vggSmallIsCheap() throws {
    let image = FeatureShape(channels: 1, height: 28, width: 28)
    let network = try Architecture.named("vgg-small", image: image, classes: 10)
    let costs = CostModel(SearchSpace.singleton(network))
    let (large, middle, small) = (784 * 9 * 32, 196 * 9 * 32 * (32 + 64), 49 * 9 * 64 * (64 + 128))
    let expected = large + middle + small + 16 * 9 * 128 * 128 + 1280
    #expect(costs.macs(of: costs.space.fullWidths) == expected)
    #expect((10_000_000...15_000_000).contains(expected))
  }

  @Test(arguments: Architecture.names)
  func rowsAddUpToTheTotals(name: String) throws {
    let costs = CostModel(try SearchSpace(channelBench(name), bins: 5))
    let sampler = WidthSampler(space: costs.space, seed: 3)
    for sample in 0..<20 {
      let widths = sampler.widths(at: sample)
      let rows = costs.rows(of: widths)
      #expect(rows.reduce(0) { $0 + $1.macs } == costs.macs(of: widths))
      #expect(rows.reduce(0) { $0 + $1.parameters } == costs.parameters(of: widths))
    }
  }

  @Test func aRowSaysWhatItsLayerDoes() throws {
    let costs = CostModel(try SearchSpace(HandMade.bound(), bins: 3))
    let rows = costs.rows(of: Widths(bins: [2, 1]))
    #expect(
      rows.map(\.name) == ["mix", "a", "a.bn", "a.depthwise", "b", "b.bn", "c", "classifier"])
    #expect(
      describe(rows[6]) == "convolution 3x3, stride 2: 4 -> 3 at 3x2, \(6 * 9 * 12), \(9 * 12)")
    #expect(describe(rows[2]) == "batch norm: 4 -> 4 at 9x7, 0, 8")
  }

  private func describe(_ row: LayerCost) -> String {
    "\(row.operation): \(row.inputs) -> \(row.outputs) at \(row.height)x\(row.width), "
      + "\(row.macs), \(row.parameters)"
  }

  @Test func aNarrowedNetworkCostsWhatItsWidthsDo() throws {
    for network in [try HandMade.bound(), try channelBench("resnet20")] {
      let costs = CostModel(try SearchSpace(network, bins: 5))
      let sampler = WidthSampler(space: costs.space, seed: 11)
      for sample in 0..<50 {
        let widths = sampler.widths(at: sample)
        let narrow = CostModel(
          .singleton(
            network.resized(to: costs.space.channels(of: widths), in: costs.space.groups)))
        #expect(narrow.macs(of: narrow.space.fullWidths) == costs.macs(of: widths))
        #expect(narrow.parameters(of: narrow.space.fullWidths) == costs.parameters(of: widths))
      }
    }
  }

  @Test func uniformScalingIsTheWidestMultiplierWithinTheBudget() throws {
    let costs = CostModel(
      try SearchSpace(
        HandMade.chain(6, 10, 12, 5), ranges: [6, 4, 3, 5].map { BinRange(total: $0) }))
    // 120 is a multiple of twice every channel count, so that the grid has every rounding place.
    let grid = (0...120).map { step in
      costs.space.groups.map { max(1, Int((Double(step * $0.channels) / 120).rounded())) }
    }
    let channels = costs.space.groups.map(\.channels)
    let full = costs.macs(of: costs.space.fullWidths)
    let fullParameters = costs.parameters(of: costs.space.fullWidths)
    for macs in 0...full + 1 {
      for parameters in [fullParameters / 4, fullParameters / 2, fullParameters] {
        let expected = grid.last {
          costs.macs(ofChannels: $0) <= macs && costs.parameters(ofChannels: $0) <= parameters
        }
        #expect(costs.uniformChannels(of: channels, macs: macs, parameters: parameters) == expected)
      }
    }
    #expect(
      costs.uniformChannels(of: channels, macs: full, parameters: fullParameters)
        == costs.space.groups.map(\.channels))
    #expect(costs.uniformChannels(of: channels, macs: 1, parameters: fullParameters) == nil)
    #expect(costs.uniformChannels(of: channels, macs: full, parameters: 1) == nil)
  }
}
