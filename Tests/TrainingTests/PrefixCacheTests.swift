import Datasets
import Engine
import Randomness
import Supernet
import Testing
import Training

/// What candidates have in common is computed once, and that changes no bit.
@Suite struct PrefixCacheTests {
  let setting: MeasuringSetting

  init() throws { setting = try MeasuringSetting() }

  /// Candidates at random, so that they share the first group, both groups or none; some are interrupted.
  @Test(arguments: [0, 20_000, 1 << 24], [1, 3]) func changesNoBit(bytes: Int, threads: Int) throws
  {
    struct Enough: Error {}
    let cached = try setting.evaluator(threads: threads, cacheBytes: bytes)
    var random = RandomStream(seed: 7, purpose: .testing)
    for round in 0..<40 {
      let widths = Widths(bins: [random.integer(in: 1...2), random.integer(in: 1...3)])
      let sides = setting.sides(of: widths)
      let shared = random.integer(in: 0...2)
      if round % 4 == 3 {
        var passes = random.integer(in: 1...11)
        #expect(throws: Enough.self) {
          try cached.measure(sides, sharedGroups: shared) { () throws(Enough) in
            passes -= 1
            if passes == 0 { throw Enough() }
          }
        }
      } else {
        let found = cached.measure(sides, sharedGroups: shared)
        #expect(try found == setting.evaluator(threads: threads).measure(sides))
      }
    }
  }

  /// A measurement that ends early leaves maps of its first batches only.
  @Test func goesOnBehindAMeasurementThatEndedEarly() throws {
    let cached = try setting.evaluator(batch: 3, cacheBytes: 1 << 24)
    let hopeless = SequentialTest(aim: 1, errorRate: 0.5)
    let first = setting.sides(of: Widths(bins: [2, 1]))
    let stopped = cached.measure(first, sharedGroups: 1, until: hopeless, betweenPasses: {})
    #expect(stopped.stoppedAfter == 3)
    for bins in [[2, 4], [2, 1], [1, 1]] {
      let sides = setting.sides(of: Widths(bins: bins))
      let fresh = try setting.evaluator(batch: 3).measure(sides)
      #expect(cached.measure(sides, sharedGroups: 2) == fresh)
      #expect(fresh.stoppedAfter == nil)
    }
  }

  /// With other weights, only what is computed anew can differ: the same widths again differ in nothing.
  @Test func computesTheCommonPartOnce() throws {
    let cached = try setting.evaluator(cacheBytes: 1 << 24)
    let forgetful = try setting.evaluator()
    let sides = setting.sides(of: Widths(bins: [3, 2]))
    let before = cached.measure(sides, sharedGroups: 2)
    let stem = try #require(setting.layout.tensors.first).range
    setting.parameters.withMutableElements { elements in
      for place in stem { elements[place] = -elements[place] }
    }
    #expect(forgetful.measure(sides) != before)
    #expect(cached.measure(sides, sharedGroups: 2) == before)
    // What is said not to be needed is not remembered.
    let other = setting.sides(of: Widths(bins: [2, 2]))
    #expect(cached.measure(other, sharedGroups: 0) == forgetful.measure(other))
    setting.parameters.withMutableElements { elements in
      for place in stem { elements[place] = -elements[place] }
    }
    #expect(cached.measure(other, sharedGroups: 0) == forgetful.measure(other))
  }
}
