/// One line of a disassembly, in the syntax of AT&T: the destination is the last operand.
struct Instruction: Sendable, Equatable {
  let address: Int
  /// Whether a VEX or EVEX prefix encodes it, as in AVX, FMA, BMI and AVX-512.
  let isWide: Bool
  let mnemonic: Substring
  let operands: [Substring]
  /// As it was printed.
  let text: Substring

  /// The address that a direct jump goes to.
  var jumpTarget: Int? {
    guard mnemonic.hasPrefix("j"), let word = operands.first?.split(separator: " ").first else {
      return nil
    }
    return Int(word, radix: 16)
  }

  /// Whether it computes with floating-point numbers; lanes taken one by one count as well.
  var isArithmetic: Bool {
    let name = mnemonic.hasPrefix("v") ? mnemonic.dropFirst() : mnemonic
    return ["ps", "pd", "ss", "sd"].contains(where: name.hasSuffix)
      && Self.operations.contains(where: name.hasPrefix)
  }

  private static let operations = [
    "fmadd", "fmsub", "fnmadd", "fnmsub", "add", "sub", "mul", "div", "max", "min", "sqrt",
  ]

  /// Whether it writes a vector register to memory that one of these registers points to.
  func stores(by pointers: Registers) -> Bool {
    guard let target = operands.last, usesVectorRegister else { return false }
    return Self.isMemory(target, by: pointers)
  }

  /// Whether it reads a whole vector from memory that one of these registers points to.
  ///
  /// A scalar on the stack is no spilled vector, also when it is spread over the lanes.
  func loads(by pointers: Registers) -> Bool {
    guard usesVectorRegister, !readsScalar else { return false }
    return operands.dropLast().contains {
      Self.isMemory($0, by: pointers) && !$0.contains("{1to")
    }
  }

  private var usesVectorRegister: Bool {
    operands.contains { operand in
      ["%xmm", "%ymm", "%zmm"].contains(where: operand.hasPrefix)
    }
  }

  private var readsScalar: Bool {
    mnemonic.contains("broadcast") || mnemonic.hasPrefix("vcvtsi") || mnemonic.hasPrefix("vpinsr")
      || ["ss", "sd", "vmovd", "vmovq"].contains(where: mnemonic.hasSuffix)
  }

  private static func isMemory(_ operand: Substring, by pointers: Registers) -> Bool {
    operand.contains("(") && !pointers.isDisjoint(with: Registers(in: operand))
  }
}
