import Testing

/// The checks refuse what they are there for, in code that was compiled with the kernels' flags.
@Suite(.enabled(if: isRelease, "the release build is what is shipped"))
struct PlantedFaultTests {
  static let targets = ["PlantedKernelsV4", "PlantedKernelsV3"]

  @Test(arguments: targets)
  func plantedSpillsAreRefusedAndCleanLoopsAreNot(target: String) throws {
    let spills = try Self.code(of: target).spills()
    #expect(Set(spills.map(\.kernelName)) == ["plantedArray", "plantedSpill", "plantedLanes"])
    for spill in spills {
      let text = "\(spill)"
      #expect(text.contains("\(spill.kernelName)(_:_:_:_:)"))
      #expect(text.contains(hex(spill.loop.addresses.lowerBound)))
      #expect(text.contains("%rsp") || text.contains("%rbp"))
    }
  }

  @Test(arguments: targets)
  func theCleanKernelHasAHotLoop(target: String) throws {
    let code = try Self.code(of: target)
    let clean = try #require(code.routines.first { $0.symbol.contains("plantedClean") })
    let loop = try #require(clean.innermostLoops.first)
    #expect(loop.body.count(where: \.isArithmetic) == 8)
  }

  @Test(arguments: targets)
  func plantedWeakCodeIsRefused(target: String) throws {
    let strays = try Self.code(of: target).sharedWideCode()
    #expect(strays.contains { $0.function.hasPrefix("specialized UnsafeMutableBufferPointer.") })
    #expect(strays.allSatisfy { $0.object.hasPrefix("WeakSymbol") })
  }

  @Test(arguments: targets)
  func wideCodeElsewhereIsRefused(target: String) throws {
    let functions = try Self.code(of: target).wideCode().map(\.function)
    #expect(functions.contains("plantedClean(_:_:_:_:)"))
  }

  @Test func exceptionsExcuseByNameAndGoStale() throws {
    let spills = try Self.code(of: "PlantedKernelsV4").spills()
    let exceptions = ["plantedArray", "plantedSpill", "plantedClean"].map {
      SpillException(kernel: $0, reason: "planted")
    }
    #expect(
      SpillException.unexcused(exceptions, spills: spills).map(\.kernelName) == ["plantedLanes"])
    #expect(
      SpillException.stale(exceptions, spills: spills).map(\.kernel) == ["plantedClean"])
  }

  private static func code(of target: String) throws -> Disassembly {
    try Disassembly(objects: BuildProducts.planted(target: target))
  }
}
