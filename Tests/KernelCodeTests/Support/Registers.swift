/// A set of general registers.
struct Registers: OptionSet {
  let rawValue: UInt16

  static let stack = Registers(named: "%rsp")
  static let frame = Registers(named: "%rbp")
  /// Those that a call leaves in any state.
  static let volatile = Registers(
    ["rax", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11"].map { Registers(named: "%\($0)") }
  )

  /// The register of a name such as `%r8`, `%r8d` or `%eax`; empty when it is no general register.
  init(named name: some StringProtocol) {
    rawValue = Self.numbers[String(name)].map { 1 << $0 } ?? 0
  }

  init(rawValue: UInt16) { self.rawValue = rawValue }

  /// The registers that an operand such as `-0x40(%rbp,%rcx,4)` names.
  init(in operand: Substring) {
    self.init(operand.split { "(,){}".contains($0) }.map(Registers.init(named:)))
  }

  private static let numbers: [String: Int] = {
    var numbers: [String: Int] = [:]
    let legacy = ["ax", "cx", "dx", "bx", "sp", "bp", "si", "di"]
    for (number, name) in legacy.enumerated() {
      let low = name.hasSuffix("x") ? ["\(name.prefix(1))l", "\(name.prefix(1))h"] : ["\(name)l"]
      for alias in ["r\(name)", "e\(name)", name] + low { numbers["%\(alias)"] = number }
    }
    for number in 8..<16 {
      for suffix in ["", "d", "w", "b"] { numbers["%r\(number)\(suffix)"] = number }
    }
    return numbers
  }()
}
