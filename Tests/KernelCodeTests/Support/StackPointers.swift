extension Routine {
  /// For each instruction, the registers that point into the stack before it, on any path there.
  ///
  /// An array on the stack is often walked by a register of its own, so rsp and rbp are not enough. Pointers
  /// that went through memory are not followed, which is why one path suffices: another may reload them.
  func stackPointers() -> [Registers] {
    var before = [Registers?](repeating: nil, count: instructions.count)
    follow(from: 0, with: .stack, &before)
    // What only a table of addresses leads to.
    for index in instructions.indices where before[index] == nil {
      follow(from: index, with: [.stack, .frame], &before)
    }
    return before.map { $0 ?? [] }
  }

  /// Carries `entry` along all paths; where paths meet, what holds on either of them goes on.
  private func follow(from start: Int, with entry: Registers, _ before: inout [Registers?]) {
    let addresses = zip(instructions.map(\.address), instructions.indices)
    let indices = Dictionary(addresses, uniquingKeysWith: { first, _ in first })
    var pending = [(index: start, state: entry)]
    while let (index, state) = pending.popLast() {
      guard index < instructions.count else { continue }
      let joined = before[index].map { $0.union(state) } ?? state
      if joined == before[index] { continue }
      before[index] = joined
      let instruction = instructions[index]
      let after = instruction.stackPointers(after: joined)
      if !instruction.endsPath { pending.append((index + 1, after)) }
      if let target = instruction.jumpTarget.flatMap({ indices[$0] }) {
        pending.append((target, after))
      }
    }
  }
}

extension Instruction {
  fileprivate var endsPath: Bool {
    mnemonic.hasPrefix("jmp") || mnemonic.hasPrefix("ret") || mnemonic.hasPrefix("ud2")
  }

  /// The registers that point into the stack after it, given those before it.
  fileprivate func stackPointers(after pointers: Registers) -> Registers {
    if mnemonic.hasPrefix("call") { return pointers.subtracting(.volatile) }
    guard let last = operands.last, last.hasPrefix("%"), !leavesRegisters else { return pointers }
    let target = Registers(named: last)
    let isPointer = givesStackPointer(pointers, isPointerBefore: pointers.contains(target))
    return isPointer ? pointers.union(target) : pointers.subtracting(target)
  }

  /// Whether what it puts into its last operand points into the stack.
  private func givesStackPointer(_ pointers: Registers, isPointerBefore: Bool) -> Bool {
    let readsPointer = !pointers.isDisjoint(with: Registers(in: operands[0]))
    switch mnemonic {
    case "lea": return readsPointer
    case "mov": return readsPointer && operands[0].hasPrefix("%")
    case "add": return isPointerBefore || readsPointer && operands[0].hasPrefix("%")
    case "sub", "and", "inc", "dec": return isPointerBefore
    default: return false
    }
  }

  private var leavesRegisters: Bool {
    ["cmp", "test", "push", "bt", "j"].contains(where: mnemonic.hasPrefix)
  }
}
