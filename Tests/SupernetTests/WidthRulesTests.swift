import Supernet
import Testing

@Suite struct WidthRulesTests {
  @Test func aGroupMayHaveRulesOfItsOwn() throws {
    let rules = WidthRules(
      cut: .equal(bins: 4), lowest: 2,
      exceptions: [
        "layer0": WidthRules.Exception(bins: 8, lowest: 3, highest: 6),
        "layer2": WidthRules.Exception(highest: 3),
      ])
    #expect(
      try rules.ranges(of: HandMade.chain(16, 16, 16)) == [
        BinRange(lowest: 3, highest: 6, total: 8), BinRange(lowest: 2, total: 4),
        BinRange(lowest: 2, highest: 3, total: 4),
      ])
  }

  /// By hand: one more channel costs 989,952 MACs in the first group, and 67,840, 67,840, 49,728, 311,296, 33,344 and
  /// 16,394 in the others, so that e_max / e is 1, 14.6, 14.6, 19.9, 3.2, 29.7 and 60.4.
  @Test(arguments: [
    (4, 64, [4, 16, 16, 32, 4, 32, 64]), (1, 64, [1, 16, 16, 32, 4, 32, 64]),
    (8, 32, [8, 16, 16, 32, 8, 32, 32]), (16, 16, [16, 16, 16, 16, 16, 16, 16]),
  ])
  func dearChannelsOfTheBenchmarkAreCutFinely(least: Int, most: Int, sizes: [Int]) throws {
    try expectSizes(sizes, least: least, most: most, of: channelBench("cbm-mobilenet"))
  }

  /// By hand from the blocks' shapes; the dearest is the second stage's sum, with 3136 * (96 + 3 * 144) = 1,655,808
  /// MACs a channel, and the first group has 12544 * (27 + 9 + 16) = 652,288, which is less by 2.5.
  ///
  /// With bins of up to 128 channels, 128 does not divide 960, nor does 144, but 160 does.
  @Test(arguments: [
    (
      64,
      [
        4, 4, 8, 4, 16, 16, 4, 32, 32, 64, 4, 64, 64, 64, 64, 4, 64, 64, 64, 8, 64, 64, 64, 16, 64,
      ]
    ),
    (
      128,
      [
        4, 4, 8, 4, 16, 16, 4, 32, 32, 64, 4, 64, 64, 64, 64, 4, 64, 64, 64, 8, 160, 160, 160, 16,
        128,
      ]
    ),
  ])
  func dearChannelsOfMobileNetV2AreCutFinely(most: Int, sizes: [Int]) throws {
    let network = try Architecture.named(
      "mobilenet-v2", image: FeatureShape(channels: 3, height: 224, width: 224), classes: 1000)
    try expectSizes(sizes, least: 4, most: most, of: network)
  }

  private func expectSizes(_ sizes: [Int], least: Int, most: Int, of network: Architecture) throws {
    let rules = WidthRules(cut: .byCost(leastChannels: least, mostChannels: most))
    let ranges = try rules.ranges(of: network)
    let expected = zip(network.widthGroups, sizes).map { BinRange(total: $0.channels / $1) }
    #expect(network.widthGroups.count == sizes.count && ranges == expected)
    let space = try SearchSpace(network, ranges: ranges)
    for (group, size) in sizes.enumerated() {
      let channels = space.ranges[group].widths.map {
        space.groups[group].channels(ofBins: $0, outOf: space.ranges[group].total)
      }
      #expect(channels == channels.indices.map { size * ($0 + 1) })
    }
  }

  /// A chain's first layer costs 16 * (1 + second) MACs a channel, its second 16 * first + 2.
  @Test(arguments: [
    // 592 / 130 asks for 8 channels; 9 divide 36.
    ([8, 36], [1, 9]),
    // 1456 / 242 for 8; 9 and 10 divide 90.
    ([15, 90], [1, 9]),
    // 496 / 130 for 4; 5 divide 30.
    ([8, 30], [1, 5]),
    // 336 / 130 for 4, which divide 20.
    ([8, 20], [1, 4]),
    // The other way round: 16 * 37 = 592 against 16 * 5 = 80 and more; 8 divide 64.
    ([64, 4], [16, 1]),
  ])
  func binsAreMadeToDivideTheirGroup(channels: [Int], sizes: [Int]) throws {
    try expectSizes(sizes, least: 1, most: 64, of: HandMade.chain(channels[0], channels[1]))
  }

  @Test(arguments: [
    (
      44,
      "the group layer1 has 44 channels, which no bins of 8, 9 or 10 channels fill, as its cost asks "
        + "for; bins of 1, 2, 4, 11, 22 or 44 channels would do"
    ),
    (
      11,
      "the group layer1 has 11 channels, which no bins of 2 channels fill, as its cost asks for; bins "
        + "of 1 or 11 channels would do"
    ),
  ])
  func binsThatNothingMakesFitAreRefused(channels: Int, sentence: String) throws {
    let network = try HandMade.chain(8, channels)
    let cut = WidthRules.Cut.byCost(leastChannels: 1, mostChannels: 64)
    #expect {
      try WidthRules(cut: cut).ranges(of: network)
    } throws: {
      "\($0)" == sentence
    }
    let own = WidthRules(cut: cut, exceptions: ["layer1": WidthRules.Exception(bins: channels)])
    #expect(try own.ranges(of: network) == [BinRange(total: 8), BinRange(total: channels)])
  }

  @Test(arguments: WeightSharingScheme.allCases)
  func everySchemeTakesBinsByCost(scheme: WeightSharingScheme) throws {
    let network = try channelBench("cbm-mobilenet")
    let rules = WidthRules(cut: .byCost(leastChannels: 32, mostChannels: 128))
    let space = try scheme.space(network, ranges: rules.ranges(of: network))
    #expect(space.choices.map(\.upperBound) == [4, 24, 24, 24, 8, 48, 16])
    #expect(space.channels(of: space.fullWidths) == network.widthGroups.map(\.channels))
    #expect(space.channels(of: space.lowestWidths) == [32, 32, 32, 32, 32, 32, 64])
  }
}
