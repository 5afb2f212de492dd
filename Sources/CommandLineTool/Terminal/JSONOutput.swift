import Foundation

/// Prints a value as JSON with sorted keys.
func show(json value: some Encodable) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
  show(String(decoding: try encoder.encode(value), as: UTF8.self))
}
