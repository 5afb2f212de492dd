import Engine
import Randomness
import Supernet
import Testing

@Suite struct TouchedRangesTests {
  /// Marks, element by element, what the definitions say the subnets use.
  private func mask(
    of subnets: [Subnet], in space: SearchSpace, _ layout: ParameterLayout
  ) -> [Bool] {
    var mask = [Bool](repeating: false, count: layout.count)
    for subnet in subnets {
      for tensor in layout.tensors {
        let inputs = members(space.slice(ofInput: tensor.node, in: subnet))
        let outputs = members(space.slice(ofOutput: tensor.node, in: subnet))
        let extents = tensor.shape
        for (offset, element) in tensor.range.enumerated() {
          let output = offset % extents[extents.count - 1]
          let row = offset / extents[extents.count - 1]
          let isRead =
            switch tensor.kind {
            case .convolutionWeight, .linearWeight:
              inputs.contains(row % extents[extents.count - 2])
            case .depthwiseWeight, .normalizationScale, .normalizationShift, .linearBias: true
            }
          if isRead && outputs.contains(output) { mask[element] = true }
        }
      }
    }
    return mask
  }

  private func members(_ slice: ChannelSlice) -> Set<Int> {
    Set(slice.spans.flatMap { Array($0.start..<$0.end) })
  }

  private func expectExact(_ subnets: [Subnet], in space: SearchSpace, _ layout: ParameterLayout) {
    let ranges = layout.touchedRanges(of: subnets, in: space)
    var touched = [Bool](repeating: false, count: layout.count)
    for range in ranges { for element in range { touched[element] = true } }
    #expect(touched == mask(of: subnets, in: space, layout))
    #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound })
    #expect(ranges.allSatisfy { !$0.isEmpty })
  }

  @Test func everyRealizationTouchesExactlyItsElements() throws {
    let space = try SearchSpace(HandMade.bound(), ranges: [6, 4].map { BinRange(total: $0) })
    let layout = ParameterLayout(space.architecture)
    for widths in allWidths(in: space) {
      let (left, right) = (space.leftSubnet(of: widths), space.rightSubnet(of: widths))
      expectExact([left], in: space, layout)
      expectExact([right], in: space, layout)
      expectExact([left, right], in: space, layout)
    }
  }

  @Test func subnetsOfScatteredChannelsAreUnitedExactly() throws {
    let space = try SearchSpace(HandMade.bound())
    let layout = ParameterLayout(space.architecture)
    var stream = RandomStream(seed: 2, purpose: .testing)
    for _ in 0..<100 {
      let subnets = (0...stream.integer(below: 3)).map { _ in
        Subnet(slices: space.groups.map { scattered($0.channels, &stream) })
      }
      expectExact(subnets, in: space, layout)
    }
  }

  private func scattered(_ channels: Int, _ stream: inout RandomStream) -> ChannelSlice {
    let kept = stream.permutation(of: channels).prefix(1 + stream.integer(below: channels))
    return ChannelSlice(spans: kept.sorted().map { ChannelSpan(start: $0, count: 1) })
  }

  @Test func theFullNetworkIsOneRangeAnArrayAndNothingTouchesNothing() throws {
    let space = try SearchSpace(HandMade.bound())
    let layout = ParameterLayout(space.architecture)
    let full = layout.touchedRanges(of: [space.leftSubnet(of: space.fullWidths)], in: space)
    var merged: [Range<Int>] = []
    for range in layout.tensors.map(\.range) {
      if let last = merged.last, last.upperBound == range.lowerBound {
        merged[merged.count - 1] = last.lowerBound..<range.upperBound
      } else {
        merged.append(range)
      }
    }
    #expect(full == merged)
    #expect(layout.touchedRanges(of: [], in: space).isEmpty)
  }

  @Test func aBenchmarkStepSendsWhatItsSubnetsHave() throws {
    let space = try SearchSpace(channelBench("cbm-resnet"))
    let layout = ParameterLayout(space.architecture)
    let widths = Widths(bins: [2, 1, 3, 2, 2, 1, 2])
    let ranges = layout.touchedRanges(of: [space.leftSubnet(of: widths)], in: space)
    #expect(
      ranges.reduce(0) { $0 + $1.count } == CostModel(space).parameters(of: widths))
  }
}
