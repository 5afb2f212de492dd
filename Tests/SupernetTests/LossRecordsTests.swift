import Foundation
import Randomness
import Supernet
import Testing

@Suite struct LossRecordsTests {
  private static func records(kept: Int = 3) throws -> LossRecords {
    let range = BinRange(lowest: 2, total: 3)
    let space = try SearchSpace.doubledBase(HandMade.chain(6, 6), ranges: [range, range])
    return LossRecords(of: space, settings: LossRecords.Settings(kept: kept, part: 1))
  }

  /// In any order of losses, and where losses repeat.
  @Test func theLeastAreKeptInOrder() throws {
    var records = try Self.records()
    var all: [Double] = []
    var random = RandomStream(seed: 1, purpose: .testing)
    #expect(records.means == [[nil, nil], [nil, nil]])
    for _ in 0..<40 {
      let loss = Double(random.integer(below: 30)) / 8
      all.append(loss)
      records.add(loss, of: Widths(bins: [2, 3]))
      #expect(
        records.losses == [[Array(all.sorted().prefix(3)), []], [[], records.losses[0][0]]])
      let mean = records.losses[0][0].reduce(0, +) / Double(min(3, all.count))
      #expect(records.means == [[mean, nil], [nil, mean]])
    }
  }

  @Test func aNetworkCountsForEachOfItsWidths() throws {
    var records = try Self.records()
    records.add(1, of: Widths(bins: [2, 2]))
    records.add(3, of: Widths(bins: [3, 2]))
    #expect(records.means == [[1, 3], [2, nil]])
  }

  /// As BCNetV2's released code keeps them: the networks that were kept are the same in every group.
  @Test func networksMayCompeteWithAllOthers() throws {
    var records = LossRecords(
      of: try SearchSpace(HandMade.chain(4, 4, 4), bins: 4),
      settings: LossRecords.Settings(kept: 5, part: 1, competition: .allNetworks))
    var all: [(loss: Double, bins: [Int])] = []
    var random = RandomStream(seed: 2, purpose: .testing)
    for _ in 0..<60 {
      let loss = Double(random.uniform()) + 1
      let bins = (0..<3).map { _ in random.integer(in: 1...4) }
      all.append((loss, bins))
      records.add(loss, of: Widths(bins: bins))
      let best = all.sorted { $0.loss < $1.loss }.prefix(5)
      for group in 0..<3 {
        for width in 1...4 {
          #expect(
            records.losses[group][width - 1]
              == best.filter { $0.bins[group] == width }.map(\.loss))
        }
      }
    }
    // No better than the worst of them.
    let before = records
    records.add(all.map(\.loss).sorted()[4], of: Widths(bins: [1, 1, 1]))
    #expect(records == before)
    let data = try JSONEncoder().encode(records)
    #expect(try JSONDecoder().decode(LossRecords.self, from: data) == records)
  }

  /// Checkpoints of the time before there was a choice.
  @Test func settingsWithoutACompetitionAreOfEachWidth() throws {
    let old = Data(#"{"kept": 7, "part": 0.5}"#.utf8)
    let settings = try JSONDecoder().decode(LossRecords.Settings.self, from: old)
    #expect(settings == LossRecords.Settings(kept: 7, part: 0.5, competition: .eachWidth))
  }

  @Test func oneListHoldsAll() throws {
    var records = try Self.records(kept: 2)
    for (loss, bins) in [(0.1, [2, 2]), (0.3, [3, 2]), (0.2, [3, 2]), (0.7, [3, 2])] {
      records.add(loss, of: Widths(bins: bins))
    }
    var other = try Self.records(kept: 2)
    #expect(records.words.count == other.words.count)
    other.add(0.9, of: Widths(bins: [2, 3]))
    other.words = records.words
    #expect(other == records)
    let data = try JSONEncoder().encode(records)
    #expect(try JSONDecoder().decode(LossRecords.self, from: data) == records)
  }

  @Test(arguments: [
    (1.0, 10, 0), (0.1, 30, 27), (0.1, 10, 9), (0.1, 4, 3), (0.5, 7, 3), (0.001, 5, 4),
  ])
  func thePartThatCountsIsTheLast(part: Double, total: Int, first: Int) {
    let settings = LossRecords.Settings(kept: 1, part: part)
    #expect((0..<total).filter { settings.covers(step: $0, of: total) } == Array(first..<total))
  }
}
