/// A hot loop that keeps vectors on the stack, which costs most of a kernel's speed.
///
/// Hot is every innermost loop with floating-point arithmetic in it, however little: when the compiler stops
/// unrolling, an inner loop of one product and its accumulator's load and store is what is left.
struct Spill: Sendable, CustomStringConvertible {
  /// As in the source.
  let kernel: String
  let object: String
  let loop: Loop
  /// Stores and loads of vector registers.
  let accesses: [Instruction]

  var description: String {
    let range = loop.addresses
    let first = accesses.prefix(4).map { "\n    \(hex($0.address)): \($0.text)" }.joined()
    return "\(kernel) has \(accesses.count) vector accesses to the stack in its loop"
      + " \(hex(range.lowerBound))-\(hex(range.upperBound)) of \(object):\(first)"
  }

  /// The kernel's name alone, without its labels and without what the compiler made of it.
  var kernelName: String {
    String(kernel.prefix { $0 != "(" }.split(separator: " ").last ?? "")
  }
}

/// A kernel whose hot loops may use the stack.
struct SpillException: Sendable {
  /// Its name without labels.
  let kernel: String
  let reason: String
}

extension Disassembly {
  /// All hot loops that keep vectors on the stack.
  func spills() throws -> [Spill] {
    let found = routines.flatMap { routine in
      let pointers = routine.stackPointers()
      return routine.innermostLoops.compactMap { loop in
        loop.spills(pointers).map { (routine: routine, loop: loop, accesses: $0) }
      }
    }
    let names = try demangled(found.map { String($0.routine.symbol) })
    return zip(found, names).map { found, name in
      Spill(
        kernel: name, object: fileName(found.routine.object), loop: found.loop,
        accesses: found.accesses)
    }
  }
}

extension Loop {
  /// The accesses that make it a loop that spills; nil when there are none or it computes nothing.
  ///
  /// - Parameter pointers: for each instruction of the routine, the registers that point into the stack.
  fileprivate func spills(_ pointers: [Registers]) -> [Instruction]? {
    guard body.contains(where: \.isArithmetic) else { return nil }
    let accesses = zip(body, pointers[body.indices]).filter { instruction, pointers in
      instruction.stores(by: pointers) || instruction.loads(by: pointers)
    }
    return accesses.isEmpty ? nil : accesses.map(\.0)
  }
}

/// An address as objdump prints it.
func hex(_ address: Int) -> String { String(address, radix: 16) }

/// The last component of a path.
func fileName(_ path: Substring) -> String { String(path.split(separator: "/").last ?? path) }
