import Engine
import Supernet
import Testing

/// Where a measurement can go on from another one.
@Suite struct PrefixCutTests {
  private func groups(
    _ network: String, side: Int, bytes: Int = .max
  ) throws -> [[Int]] {
    try PrefixCache(Executor(named: network, side: side), images: 1, bytes: bytes).groups
  }

  /// Between any two groups of the benchmark's networks there is a place that the earlier ones decide.
  @Test(arguments: ["cbm-mobilenet", "cbm-resnet"]) func everyGroupHasACut(network: String) throws {
    #expect(try groups(network, side: 32) == (1...7).map { Array(0..<$0) })
  }

  /// A sum needs what went around its block, so that a cut lies between blocks: behind the stem, and behind each of the
  /// 16 blocks of ResNet-50.
  @Test func residualBlocksAreNotCut() throws {
    let found = try groups("resnet50", side: 224)
    #expect(found.count == 17)
    #expect(found.last == Array(0..<37))
  }

  /// Maps of the MobileNet's early blocks are 128 KiB.
  ///
  /// Behind the second block half of the work is done, behind the stem
  /// hardly any: memory for one map goes to the second block, or to the smaller maps further on.
  @Test func littleMemoryGoesWhereItSparesMost() throws {
    let all = try groups("cbm-mobilenet", side: 32)
    #expect(try groups("cbm-mobilenet", side: 32, bytes: 1).isEmpty)
    let some = try groups("cbm-mobilenet", side: 32, bytes: 350_000)
    #expect(some.allSatisfy(all.contains))
    #expect(some.contains([0, 1, 2]) && !some.contains([0]))
  }
}
