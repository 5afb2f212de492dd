import Engine
import Randomness
import Supernet
import Testing

/// How often each channel of a one-group space is used by some realizations.
private func uses(of realizations: [Realization], channels: Int) -> [Int] {
  var uses = [Int](repeating: 0, count: channels)
  for span in realizations.flatMap(\.subnets).flatMap({ $0.slices[0].spans }) {
    for channel in span.start..<span.end { uses[channel] += 1 }
  }
  return uses
}

private func scoring(_ sharing: any WeightSharing, _ space: SearchSpace) -> [Realization] {
  var stream = RandomStream(seed: 1, purpose: .sharing)
  return allWidths(in: space).map {
    sharing.scoringRealization(of: $0, in: space, using: &stream)
  }
}

/// What bilateral coupling trains for some widths and for their complement.
private func complementaryPair(
  _ widths: Widths, in space: SearchSpace, by complement: Complement = .exact
) -> [Realization] {
  var stream = RandomStream(seed: 1, purpose: .sharing)
  return [widths, space.complement(of: widths, by: complement)].map {
    BilaterallyCoupled().scoringRealization(of: $0, in: space, using: &stream)
  }
}

@Suite struct WeightSharingTests {
  @Test(arguments: [1, 2, 3, 4, 6, 20])
  func aBinOfUAServesFewerWidthsTheFurtherRightItIs(bins: Int) throws {
    let space = try SearchSpace(HandMade.chain(3 * bins), bins: bins)
    let uses = uses(of: scoring(UnilaterallyAugmented(), space), channels: 3 * bins)
    #expect(uses == (0..<3 * bins).map { bins - $0 / 3 })
  }

  @Test(arguments: [1, 2, 3, 4, 6, 20])
  func everyBinOfBCNetServesTheSameNumberOfWidths(bins: Int) throws {
    let space = try SearchSpace(HandMade.chain(3 * bins), bins: bins)
    let uses = uses(of: scoring(BilaterallyCoupled(), space), channels: 3 * bins)
    #expect(uses == Array(repeating: bins + 1, count: 3 * bins))
  }

  @Test func aComplementaryPairUsesEveryChannelTwice() throws {
    for channels in 1...24 {
      for bins in 1...channels {
        let space = try SearchSpace(HandMade.chain(channels), bins: bins)
        for widths in allWidths(in: space) {
          let pair = complementaryPair(widths, in: space)
          var expected = Array(repeating: widths == space.fullWidths ? 4 : 2, count: channels)
          // Two equal halves of an odd layer overlap in its middle channel, in both steps.
          if 2 * widths.bins[0] == bins, !channels.isMultiple(of: 2) { expected[channels / 2] = 4 }
          #expect(uses(of: pair, channels: channels) == expected)
        }
      }
    }
  }

  /// What BCNetV2's released code does, over all widths of a layer: at four bins the outer ones are trained half as
  /// often again, at twenty by a twelfth.
  @Test(arguments: [(4, [9, 6, 6, 9]), (20, [41] + Array(repeating: 38, count: 18) + [41])])
  func aComplementABinShortTrainsTheOuterBinsMore(bins: Int, expected: [Int]) throws {
    let space = try SearchSpace(HandMade.chain(bins), bins: bins)
    let pairs = allWidths(in: space).flatMap { complementaryPair($0, in: space, by: .oneShort) }
    #expect(uses(of: pairs, channels: bins) == expected)
  }

  /// BCNetV2's claim: with the base doubled, every channel serves K - b + 1 subnets, and two of every pair.
  @Test(arguments: [(4, 1), (4, 2), (4, 4), (20, 2), (20, 7)])
  func everyBinOfADoubledBaseServesTheSameNumberOfWidths(bins: Int, base: Int) throws {
    let space = try SearchSpace.doubledBase(
      HandMade.chain(3 * bins), ranges: [BinRange(lowest: base, total: bins)])
    let channels = 3 * (bins + base)
    #expect(space.groups[0].channels == channels)
    let uses = uses(of: scoring(BilaterallyCoupled(), space), channels: channels)
    #expect(uses == Array(repeating: bins - base + 1, count: channels))
    for widths in allWidths(in: space) {
      #expect(space.channels(of: widths) == [3 * widths.bins[0]])
      let pair = complementaryPair(widths, in: space)
      #expect(
        SupernetTests.uses(of: pair, channels: channels) == Array(repeating: 2, count: channels))
      #expect(pair.allSatisfy { (try? space.validate($0.widths)) != nil })
    }
  }

  /// A most below all bins, and bases of their own: still the same number for every channel of a group.
  @Test func groupsMayHaveBasesOfTheirOwn() throws {
    let ranges = [
      BinRange(lowest: 2, highest: 6, total: 8), BinRange(lowest: 1, highest: 3, total: 6),
      BinRange(lowest: 3, total: 4),
    ]
    let space = try SearchSpace.doubledBase(HandMade.chain(24, 24, 24), ranges: ranges)
    #expect(space.groups.map(\.channels) == [8 * 3, 4 * 4, 7 * 6])
    #expect(space.channels(of: space.lowestWidths) == [2 * 3, 1 * 4, 3 * 6])
    #expect(space.channels(of: space.fullWidths) == [6 * 3, 3 * 4, 4 * 6])
    for (group, range) in ranges.enumerated() {
      let single = try SearchSpace.doubledBase(HandMade.chain(24), ranges: [range])
      #expect(single.ranges[0] == space.ranges[group])
      let channels = single.groups[0].channels
      let expected = Array(repeating: range.widths.count, count: channels)
      #expect(uses(of: scoring(BilaterallyCoupled(), single), channels: channels) == expected)
      for widths in allWidths(in: single) {
        let pair = complementaryPair(widths, in: single)
        #expect(uses(of: pair, channels: channels) == Array(repeating: 2, count: channels))
      }
    }
  }

  /// Without the doubled base the same widths are unfair, which is why it is doubled.
  @Test func aLeastWidthAloneFavoursTheMiddle() throws {
    let space = try SearchSpace(HandMade.chain(20), ranges: [BinRange(lowest: 4, total: 20)])
    let uses = uses(of: scoring(BilaterallyCoupled(), space), channels: 20)
    #expect(uses[0] == 18 && uses[9] == 21 && uses[19] == 18)
  }

  @Test func complementsStayInsideTheSpace() throws {
    let space = try SearchSpace(
      HandMade.chain(8), ranges: [BinRange(lowest: 3, highest: 7, total: 8)])
    #expect(allWidths(in: space).map { space.complement(of: $0).bins[0] } == [5, 4, 3, 3, 3])
    #expect(
      allWidths(in: space).map { space.complement(of: $0, by: .oneShort).bins[0] }
        == [4, 3, 3, 3, 3])
  }

  @Test func theComplementIsTakenGroupByGroup() throws {
    let space = try SearchSpace(
      HandMade.chain(8, 8, 8), ranges: [4, 4, 8].map { BinRange(total: $0) })
    #expect(space.complement(of: Widths(bins: [1, 4, 5])) == Widths(bins: [3, 4, 3]))
  }

  @Test(
    arguments: WeightSharingScheme.allCases,
    [
      [BinRange(total: 3), BinRange(total: 3)],
      [BinRange(lowest: 2, highest: 5, total: 6), BinRange(total: 3)],
    ])
  func everySchemeRealizesTheWidthsItWasAskedFor(
    scheme: WeightSharingScheme, ranges: [BinRange]
  ) throws {
    let space = try scheme.space(HandMade.bound(), ranges: ranges)
    let sharing = scheme.sharing
    var stream = RandomStream(seed: 1, purpose: .sharing)
    for widths in allWidths(in: space) {
      let scored = sharing.scoringRealization(of: widths, in: space, using: &stream)
      let trained = sharing.trainingCandidates(of: widths, in: space, using: &stream)
      #expect(scored.widths == widths)
      #expect(!trained.isEmpty && trained.allSatisfy { $0.widths == widths })
      for realization in [scored] + trained {
        #expect(!realization.subnets.isEmpty)
        for subnet in realization.subnets {
          #expect(subnet.slices.map(\.count) == space.channels(of: realization.widths))
        }
      }
    }
  }

  /// CafeNet's claim: the base is always there, the free bins come from the zone around the edge and from nowhere
  /// else, and every choice of them is as likely.
  @Test(arguments: [1, 2])
  func freeBinsLieAroundTheEdge(offset: Int) throws {
    let space = try SearchSpace(HandMade.chain(12), bins: 6)
    let sharing = LocallyFree(offset: offset, assignments: 1)
    for widths in allWidths(in: space) {
      let kept = widths.bins[0]
      var counts: [ChannelSlice: Int] = [:]
      for sample in 0..<1_200 {
        var stream = RandomStream(seed: 1, purpose: .sharing, step: sample)
        let found = sharing.trainingCandidates(of: widths, in: space, using: &stream)
        #expect(found.count == 1)
        counts[found[0].subnets[0].slices[0], default: 0] += 1
      }
      let base = max(0, kept - offset)
      let zone = min(6, kept + offset) - base
      for slice in counts.keys {
        #expect(slice.count == 2 * kept && slice.end <= 2 * (base + zone))
        #expect(base == 0 || slice.spans[0].start == 0 && slice.spans[0].count >= 2 * base)
      }
      let assignments = binomial(zone, kept - base)
      #expect(counts.count == assignments)
      // Each is expected 1200 / assignments times, with a deviation below its root.
      for count in counts.values {
        let expected = 1_200.0 / Double(assignments)
        #expect(abs(Double(count) - expected) < 5 * expected.squareRoot())
      }
    }
  }

  private func binomial(_ n: Int, _ k: Int) -> Int {
    (0..<k).reduce(1) { $0 * (n - $1) / ($1 + 1) }
  }

  @Test func freeChannelsAreTriedOneByOneAndScoredByTheBest() throws {
    let space = try SearchSpace(HandMade.chain(12, 12), bins: 6)
    let sharing = LocallyFree(offset: 1, assignments: 4)
    var stream = RandomStream(seed: 3, purpose: .sharing)
    let widths = Widths(bins: [3, 4])
    let trained = sharing.trainingCandidates(of: widths, in: space, using: &stream)
    #expect(trained.allSatisfy { $0.subnets.count == 1 })
    #expect(Set(trained).count == trained.count && (2...4).contains(trained.count))
    let scored = sharing.scoringRealization(of: widths, in: space, using: &stream)
    #expect(scored.combination == .best && scored.subnets.count > 1)
  }

  @Test func freeChannelsNeedBinsOfOneSize() {
    #expect {
      try WeightSharingScheme.cafenet.space(
        HandMade.chain(12, 10), ranges: [BinRange(total: 4), BinRange(total: 4)])
    } throws: {
      "\($0)".hasPrefix("free channels need bins of one size, but the 10 channels of the group")
    }
  }

  @Test func schemesHaveTheShortNamesOfTheirPapers() {
    #expect(WeightSharingScheme.allCases.map(\.rawValue) == ["ua", "bcnet", "bcnetv2", "cafenet"])
    #expect(WeightSharingScheme.ua.sharing is UnilaterallyAugmented)
    #expect(WeightSharingScheme.bcnet.sharing is BilaterallyCoupled)
  }
}
