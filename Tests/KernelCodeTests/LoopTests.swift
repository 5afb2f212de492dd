import Testing

/// What counts as a loop, as a store and as a reload.
@Suite struct LoopTests {
  @Test func onlyLoopsWithoutLoopsAreInnermost() {
    let routine = routine("nop", "nop", "nop", "jne 2", "nop", "jne 1", "nop", "jmp 6")
    #expect(routine.innermostLoops.map(\.addresses) == [2...3, 6...7])
  }

  @Test func jumpsToOneHeadAreOneLoop() {
    let routine = routine("nop", "nop", "je 1", "nop", "jne 1", "jmp 7", "nop", "ret")
    #expect(routine.innermostLoops.map(\.addresses) == [1...4])
  }

  @Test(arguments: [
    "vmovups %zmm3,-0x40(%rbp)", "vmovaps %ymm3,0x40(%rsp,%rcx,4)", "vmovss %xmm1,(%rsp)",
    "vfmadd231ps 0x40(%rsp),%zmm1,%zmm2", "vmovups -0x530(%rbp,%rcx,4),%zmm3",
  ])
  func vectorsOnTheStackAreSpills(_ access: String) throws {
    #expect(try spills("mov    %rsp,%rbp", "vaddps %zmm1,%zmm2,%zmm3", access, "jne 1") == 1)
  }

  @Test(arguments: [
    "vbroadcastss 0x10(%rsp),%zmm1", "vmulps 0x8(%rsp){1to16},%zmm1,%zmm2",
    "vmulss 0x8(%rsp),%xmm1,%xmm2", "mov 0x8(%rsp),%rax", "mov %rax,-0x8(%rbp)",
    "vmovups (%rax,%rcx,4),%zmm3", "vmovups %zmm3,0x40(%rdi)",
  ])
  func pointersScalarsAndOtherMemoryAreNone(_ access: String) throws {
    #expect(try spills("mov    %rsp,%rbp", "vaddps %zmm1,%zmm2,%zmm3", access, "jne 1") == 0)
  }

  @Test func aLoopWithoutArithmeticMayFillTheStack() throws {
    #expect(try spills("nop", "vmovups %zmm3,0x40(%rsp)", "jne 1") == 0)
  }

  @Test func aFrameThatWasNotMadeIsNoStack() throws {
    #expect(try spills("nop", "vaddps 0x40(%rbp),%zmm2,%zmm3", "jne 1") == 0)
  }

  @Test func aPointerIntoTheStackIsFollowed() throws {
    let access = ["vaddps -0x40(%r8),%zmm2,%zmm3", "add $0x80,%r8", "jne 2"]
    #expect(try spills(["lea -0x200(%rsp),%r9", "mov %r9,%r8"] + access) == 1)
    #expect(try spills(["lea -0x200(%rsp),%r9", "mov (%r9),%r8"] + access) == 0)
    #expect(try spills(["lea -0x200(%rsp),%r8", "xor %r8d,%r8d"] + access) == 0)
  }

  @Test func onePathThatLeadsToTheStackSuffices() throws {
    let access = ["vaddps (%rcx),%zmm2,%zmm3", "jne 3"]
    #expect(try spills(["lea (%rsp),%rcx", "je 3", "mov (%rdi),%rcx"] + access) == 1)
    #expect(try spills(["lea (%rdi),%rcx", "je 3", "mov (%rdi),%rcx"] + access) == 0)
    #expect(try spills(["lea (%rsp),%rcx", "jmp 2", "mov (%rdi),%rcx"] + access) == 0)
  }

  private func spills(_ instructions: String...) throws -> Int { try spills(instructions) }

  private func spills(_ instructions: [String]) throws -> Int {
    try disassembly(instructions).spills().count
  }

  private func routine(_ instructions: String...) -> Routine {
    disassembly(instructions).routines[0]
  }

  /// A routine whose instructions lie at 0, 1, 2 and so on.
  private func disassembly(_ instructions: [String]) -> Disassembly {
    let lines = instructions.enumerated().map { "   \(hex($0.offset)):\t90 \t\($0.element)" }
    return Disassembly(listing: "0000000000000000 <kernel>:\n" + lines.joined(separator: "\n"))
  }
}
