/// A wide instruction where a processor without it may meet it.
struct StrayCode: Sendable, CustomStringConvertible {
  /// As in the source.
  let function: String
  let object: String
  let instruction: Instruction

  var description: String {
    "\(function) of \(object) holds wide code at \(hex(instruction.address)): \(instruction.text)"
  }
}

extension Disassembly {
  /// Wide code of which the linker keeps one copy of several: it may be the copy that runs everywhere.
  func sharedWideCode() throws -> [StrayCode] {
    let found = symbols.filter(isShared).compactMap { symbol in
      firstWideInstruction(of: symbol).map { (symbol, $0) }
    }
    let names = try demangled(found.map { String($0.0.name) })
    return zip(found, names).map { found, name in
      StrayCode(function: name, object: fileName(found.0.object), instruction: found.1)
    }
  }

  /// All wide code, the first instruction of each routine.
  func wideCode() throws -> [StrayCode] {
    let found = routines.compactMap { routine in
      routine.instructions.first(where: \.isWide).map { (routine, $0) }
    }
    let names = try demangled(found.map { String($0.0.symbol) })
    return zip(found, names).map { found, name in
      StrayCode(function: name, object: fileName(found.0.object), instruction: found.1)
    }
  }

  private func isShared(_ symbol: Symbol) -> Bool {
    symbol.isWeak || comdats.contains(Section(object: symbol.object, name: symbol.section))
  }

  private func firstWideInstruction(of symbol: Symbol) -> Instruction? {
    routines.lazy.filter { $0.object == symbol.object && $0.section == symbol.section }
      .flatMap(\.instructions).first { $0.isWide && symbol.addresses.contains($0.address) }
  }
}
