import Foundation
import TestSupport

/// What objdump prints of object files, as far as the checks read it.
struct Disassembly: Sendable {
  var routines: [Routine] = []
  var symbols: [Symbol] = []
  /// Sections of COMDAT groups, of which the linker keeps one of several.
  var comdats: Set<Section> = []

  /// Disassembles object files.
  init(objects: [String]) throws {
    self.init(
      listing: try output(of: ["objdump", "--syms", "--disassemble", "--wide"] + objects))
    comdats = Section.comdats(
      listing: try output(of: ["readelf", "--section-groups", "--wide"] + objects),
      object: Substring(objects.first ?? ""))
  }

  /// Reads a listing with symbol tables, of one object file or of many.
  init(listing: String) {
    var object: Substring = ""
    var section: Substring = ""
    // As bytes, for the whole program has a million lines.
    for bytes in listing.utf8.split(separator: UInt8(ascii: "\n")) {
      let line = Substring(bytes)
      if let instruction = Instruction(line: bytes) {
        if !routines.isEmpty { routines[routines.count - 1].instructions.append(instruction) }
      } else if let symbol = Symbol(line: line, object: object) {
        symbols.append(symbol)
      } else if line.hasSuffix(">:"), let start = line.firstIndex(of: "<") {
        routines.append(
          Routine(
            object: object, section: section, symbol: line[start...].dropFirst().dropLast(2)))
      } else if line.hasPrefix("Disassembly of section ") {
        section = line.dropFirst("Disassembly of section ".count).dropLast()
      } else if let format = line.range(of: ":     file format ") {
        object = line[..<format.lowerBound]
      }
    }
  }
}

/// The code between two labels.
struct Routine: Sendable {
  let object: Substring
  let section: Substring
  let symbol: Substring
  var instructions: [Instruction] = []
}

/// A name that an object file defines.
struct Symbol: Sendable {
  let object: Substring
  let section: Substring
  let name: Substring
  let addresses: Range<Int>
  /// Whether the linker keeps one of several definitions, whichever it meets first.
  let isWeak: Bool
}

/// A section of an object file.
struct Section: Hashable, Sendable {
  let object: Substring
  let name: Substring
}
