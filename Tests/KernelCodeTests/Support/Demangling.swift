import TestSupport

/// Names as they stand in the source, without types: `multiplyGathered(input:count:)`.
func demangled(_ symbols: [String]) throws -> [String] {
  if symbols.isEmpty { return [] }
  let names = try output(of: ["swift", "demangle", "--compact", "--simplified"] + symbols)
  return names.split(separator: "\n").map(String.init)
}
