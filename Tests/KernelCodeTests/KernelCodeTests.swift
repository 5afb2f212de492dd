import Testing

/// The code of the kernels as it is shipped.
@Suite(.enabled(if: isRelease, "the release build is what is shipped"))
struct KernelCodeTests {
  @Test(arguments: BuildProducts.wideTargets)
  func noHotLoopSpills(target: String) throws {
    let spills = try Self.code(of: target).spills()
    for spill in SpillException.unexcused(spillExceptions, spills: spills) {
      Issue.record("\(target): \(spill)")
    }
  }

  @Test func everyExceptionIsNeeded() throws {
    let spills = try BuildProducts.wideTargets.flatMap { try Self.code(of: $0).spills() }
    for exception in SpillException.stale(spillExceptions, spills: spills) {
      Issue.record("\(exception.kernel) no longer uses the stack; take it off the list")
    }
  }

  @Test(arguments: BuildProducts.wideTargets)
  func noWeakSymbolHoldsWideCode(target: String) throws {
    for stray in try Self.code(of: target).sharedWideCode() { Issue.record("\(target): \(stray)") }
  }

  @Test func everythingElseRunsOnAnyProcessor() throws {
    for stray in try Disassembly(objects: BuildProducts.baseline()).wideCode() {
      Issue.record("\(stray)")
    }
  }

  /// A check that reads the wrong files passes.
  @Test(arguments: BuildProducts.wideTargets)
  func theKernelsAreWhatIsRead(target: String) throws {
    let code = try Self.code(of: target)
    let loops = code.routines.flatMap(\.innermostLoops)
    #expect(loops.count { $0.body.count { $0.mnemonic.hasPrefix("vfmadd") } >= 8 } > 1)
    #expect(try !code.wideCode().isEmpty)
  }

  private static func code(of target: String) throws -> Disassembly {
    try Disassembly(objects: BuildProducts.program(target: target))
  }
}
