// How the lines of objdump and readelf are read.

extension Section {
  /// Reads readelf's list of groups, which names no object when there is only one.
  static func comdats(listing: String, object: Substring) -> Set<Section> {
    var object = object
    var sections: Set<Section> = []
    for line in listing.split(separator: "\n") {
      let words = line.split { " []".contains($0) }
      if line.hasPrefix("File: ") {
        object = line.dropFirst("File: ".count)
      } else if line.hasPrefix("   ["), words.count == 2, Int(words[0]) != nil {
        sections.insert(Section(object: object, name: words[1]))
      }
    }
    return sections
  }
}

extension Symbol {
  /// Reads `0000000000000090  w    F .text	00000000000000c3 .hidden name`; nil for other lines.
  init?(line: Substring, object: Substring) {
    let parts = line.split(separator: "\t", maxSplits: 1)
    guard parts.count == 2, let end = parts[0].firstIndex(of: " "),
      let start = Int(parts[0][..<end], radix: 16)
    else { return nil }
    let flags = parts[0][end...].dropFirst().prefix(7)
    let section = parts[0][flags.endIndex...].dropFirst()
    let words = parts[1].split(separator: " ")
    guard flags.count == 7, section != "*UND*", words.count >= 2,
      let size = Int(words[0], radix: 16)
    else { return nil }
    self.init(
      object: object, section: section, name: words[words.count - 1],
      addresses: start..<start + size, isWeak: flags.contains("w") || flags.contains("u"))
  }
}

extension Instruction {
  /// Reads `  70:<tab>62 f1 7c 48 58 c1 <tab>vaddps %zmm1,%zmm0,%zmm0`; nil for other lines.
  init?(line: Substring.UTF8View) {
    let parts = line.split(separator: UInt8(ascii: "\t"), maxSplits: 2)
    guard parts.count == 3, parts[0].last == UInt8(ascii: ":"),
      let address = Int(Substring(parts[0]).drop { $0 == " " }.dropLast(), radix: 16)
    else { return nil }
    let text = Substring(parts[2])
    let words = parts[2].split(separator: UInt8(ascii: " "), maxSplits: 1)
    self.init(
      address: address, isWide: Self.isWide(Substring(parts[1])),
      mnemonic: words.first.map { Substring($0) } ?? "",
      operands: words.count > 1 ? Self.operands(words[1]) : [], text: text)
  }

  /// Whether the first byte that is no segment or address-size prefix is one of C4, C5 and 62.
  private static func isWide(_ bytes: Substring) -> Bool {
    let opcode = bytes.split(separator: " ").first { !["64", "65", "67"].contains($0) }
    return opcode.map { ["c4", "c5", "62"].contains($0) } ?? false
  }

  /// Splits at the commas outside parentheses.
  private static func operands(_ text: Substring.UTF8View) -> [Substring] {
    var depth = 0
    return text.split { byte in
      if byte == UInt8(ascii: "(") { depth += 1 }
      if byte == UInt8(ascii: ")") { depth -= 1 }
      return depth == 0 && byte == UInt8(ascii: ",")
    }.map { Substring($0).drop { $0 == " " } }
  }
}
