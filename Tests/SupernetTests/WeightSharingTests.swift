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
    var stream = RandomStream(seed: 1, purpose: .sharing)
    for channels in 1...24 {
      for bins in 1...channels {
        let space = try SearchSpace(HandMade.chain(channels), bins: bins)
        for widths in allWidths(in: space) {
          let pair = BilaterallyCoupled().trainingRealizations(
            of: widths, in: space, using: &stream)
          var expected = Array(repeating: widths == space.fullWidths ? 4 : 2, count: channels)
          // Two equal halves of an odd layer overlap in its middle channel, in both steps.
          if 2 * widths.bins[0] == bins, !channels.isMultiple(of: 2) { expected[channels / 2] = 4 }
          #expect(uses(of: pair, channels: channels) == expected)
        }
      }
    }
  }

  @Test func theComplementIsTakenGroupByGroup() throws {
    let space = try SearchSpace(HandMade.chain(8, 8, 8), bins: [4, 4, 8])
    var stream = RandomStream(seed: 1, purpose: .sharing)
    let pair = BilaterallyCoupled().trainingRealizations(
      of: Widths(bins: [1, 4, 5]), in: space, using: &stream)
    #expect(pair.map(\.widths) == [Widths(bins: [1, 4, 5]), Widths(bins: [3, 4, 3])])
  }

  @Test(arguments: WeightSharingScheme.allCases)
  func everySchemeRealizesTheWidthsItWasAskedFor(scheme: WeightSharingScheme) throws {
    let space = try SearchSpace(HandMade.bound(), bins: 3)
    let sharing = scheme.sharing
    var stream = RandomStream(seed: 1, purpose: .sharing)
    for widths in allWidths(in: space) {
      let scored = sharing.scoringRealization(of: widths, in: space, using: &stream)
      let trained = sharing.trainingRealizations(of: widths, in: space, using: &stream)
      #expect(scored.widths == widths)
      #expect(trained.count == sharing.stepsPerSample)
      for realization in [scored] + trained {
        #expect(!realization.subnets.isEmpty)
        for subnet in realization.subnets {
          #expect(subnet.slices.map(\.count) == space.channels(of: realization.widths))
        }
      }
    }
  }

  @Test func schemesHaveTheShortNamesOfTheirPapers() {
    #expect(WeightSharingScheme.allCases.map(\.rawValue) == ["ua", "bcnet"])
    #expect(WeightSharingScheme.ua.sharing is UnilaterallyAugmented)
    #expect(WeightSharingScheme.bcnet.sharing is BilaterallyCoupled)
  }
}
