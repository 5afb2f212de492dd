import Foundation

/// JSON on one line with sorted keys, so that equal values are equal bytes.
///
/// Numbers that JSON lacks become the words nan, inf and -inf.
func encodeJSON(_ value: some Encodable, for path: String) throws(RunError) -> [UInt8] {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  encoder.nonConformingFloatEncodingStrategy = .convertToString(
    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  do {
    return [UInt8](try encoder.encode(value))
  } catch {
    throw .notEncodable(path: path, reason: "\(error)")
  }
}

/// The value that `encodeJSON` wrote; `nil` when the bytes say something else.
func decodeJSON<Value: Decodable>(_ type: Value.Type, from bytes: some Sequence<UInt8>) -> Value? {
  let decoder = JSONDecoder()
  decoder.nonConformingFloatDecodingStrategy = .convertFromString(
    positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  return try? decoder.decode(type, from: Data(bytes))
}
