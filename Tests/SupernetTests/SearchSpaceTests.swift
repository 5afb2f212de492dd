import Engine
import Supernet
import Testing

@Suite struct SearchSpaceTests {
  @Test func keysReadBackAsTheyAreWritten() {
    #expect(Widths(bins: [4, 12, 1]).description == "4,12,1")
    #expect(Widths(parsing: "4,12,1") == Widths(bins: [4, 12, 1]))
    for text in ["4,,1", "4,0,1", "4,-1", "+4,1", "04,1", "4, 1", "4,1,", "four", ","] {
      #expect(Widths(parsing: text) == nil, "\(text)")
    }
  }

  @Test func binsBecomeChannels() throws {
    let space = try SearchSpace(HandMade.bound(), ranges: [3, 4].map { BinRange(total: $0) })
    #expect(space.fullWidths == Widths(bins: [3, 4]))
    #expect(space.channels(of: Widths(bins: [2, 3])) == [4, 7])
    #expect(space.channels(of: space.fullWidths) == [6, 9])
  }

  @Test func theBenchmarkHasItsSixteenThousandCandidates() throws {
    let space = try SearchSpace(channelBench("cbm-mobilenet"))
    #expect(allWidths(in: space).count == 16384)
    #expect(
      space.channels(of: Widths(bins: [1, 2, 3, 4, 1, 2, 3]))
        == [32, 384, 576, 768, 64, 768, 768])
  }

  @Test func aSingletonIsTheNetworkItself() throws {
    let network = try HandMade.bound()
    let space = SearchSpace.singleton(network)
    #expect(space.ranges == [BinRange(total: 1), BinRange(total: 1)])
    #expect(space.channels(of: space.fullWidths) == [6, 9])
  }

  @Test(
    arguments: [
      (
        [BinRange(total: 7), BinRange(total: 1)],
        "the group a has 6 channels and cannot be cut into 7 bins; 1 to 6 are possible"
      ),
      (
        [BinRange(total: 1), BinRange(total: 0)],
        "the group c has 9 channels and cannot be cut into 0 bins; 1 to 9 are possible"
      ),
      (
        [BinRange(total: 6), BinRange(lowest: 4, highest: 3, total: 5)],
        "the group c of 5 bins has no widths from 4 to 3 bins; they must lie between 1 and 5, "
          + "the least first"
      ),
      (
        [BinRange(lowest: 0, total: 6), BinRange(total: 4)],
        "the group a of 6 bins has no widths from 0 to 6 bins; they must lie between 1 and 6, "
          + "the least first"
      ),
      ([BinRange(total: 4)], "bound has 2 width groups, but 1 numbers were given"),
    ])
  func binsThatDoNotFitAreRefused(ranges: [BinRange], sentence: String) {
    #expect {
      try SearchSpace(HandMade.bound(), ranges: ranges)
    } throws: {
      "\($0)" == sentence
    }
  }

  @Test(
    arguments: [
      ([4, 5], "the group c has no width of 5 bins; 1 to 4 are possible"),
      ([0, 4], "the group a has no width of 0 bins; 1 to 4 are possible"),
      ([4, 4, 4], "bound has 2 width groups, but 3 numbers were given"),
    ])
  func widthsOfAnotherSpaceAreRefused(bins: [Int], sentence: String) throws {
    let space = try SearchSpace(HandMade.bound())
    #expect {
      try space.validate(Widths(bins: bins))
    } throws: {
      "\($0)" == sentence
    }
    try space.validate(space.fullWidths)
  }

  @Test func slicesReachEveryNode() throws {
    let space = try SearchSpace(HandMade.bound(), bins: 3)
    let subnet = space.rightSubnet(of: Widths(bins: [1, 2]))
    let outputs = space.architecture.nodes.indices.map { space.slice(ofOutput: $0, in: subnet) }
    let (image, narrow, wide) = (ChannelSlice(0..<2), ChannelSlice(4..<6), ChannelSlice(3..<9))
    #expect(
      outputs == Array(repeating: image, count: 3) + Array(repeating: narrow, count: 8)
        + [wide, wide, ChannelSlice(0..<5)])
    #expect(space.slice(ofInput: 3, in: subnet) == image)
    #expect(space.slice(ofInput: 11, in: subnet) == narrow)
    #expect(space.slice(ofInput: 13, in: subnet) == wide)
  }

  @Test func leftAndRightAreMirrorImages() throws {
    let space = try SearchSpace(HandMade.bound(), ranges: [6, 4].map { BinRange(total: $0) })
    for widths in allWidths(in: space) {
      let kept = space.channels(of: widths)
      let (left, right) = (space.leftSubnet(of: widths), space.rightSubnet(of: widths))
      for (place, group) in space.groups.enumerated() {
        #expect(left.slices[place] == ChannelSlice(0..<kept[place]))
        #expect(right.slices[place].count == kept[place])
        #expect(right.slices[place].end == group.channels)
      }
    }
  }

  @Test func aNarrowedNetworkHasTheWidthsEverywhere() throws {
    let space = try SearchSpace(HandMade.bound(), bins: 3)
    let narrow = space.architecture.resized(
      to: space.channels(of: Widths(bins: [1, 2])), in: space.groups)
    #expect(narrow.name == space.architecture.name)
    #expect(narrow.nodes.map(\.name) == space.architecture.nodes.map(\.name))
    #expect(narrow.outputShapes.map(\.channels) == [2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 6, 6, 5])
    #expect(
      try Architecture(
        name: narrow.name, image: narrow.image, classes: narrow.classes, nodes: narrow.nodes)
        == narrow)
  }
}
