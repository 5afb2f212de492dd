import Foundation

/// Writes tensors as a safetensors file, straight from their memory and in the order given.
///
/// - Parameters:
///   - metadata: free text for readers of the file.
///   - path: where; an older file there is lost.
/// - Precondition: no two tensors have the same name.
public func writeSafetensors(
  _ tensors: [NamedTensor], metadata: [String: String], to path: String, files: any FileLayer
) throws(RunError) {
  _ = try writeSafetensorsRecord(tensors, metadata: metadata, to: path, files: files)
}

/// As above, and says what the file must look like from now on.
func writeSafetensorsRecord(
  _ tensors: [NamedTensor], metadata: [String: String], to path: String, files: any FileLayer
) throws(RunError) -> FileRecord {
  let header = SafetensorsHeader(tensors: tensors, metadata: metadata)
  let file = try DigestedFile(path, files: files)
  try file.write(try paddedHeader(header, path: path))
  for tensor in tensors { try file.write(UnsafeRawBufferPointer(tensor.values)) }
  return try file.finish()
}

/// The length and the header, with spaces so that the data starts at a multiple of 64 bytes.
private func paddedHeader(_ header: SafetensorsHeader, path: String) throws(RunError) -> [UInt8] {
  var json = try encodeJSON(header, for: path)
  let excess = (json.count + 8) % 64
  if excess > 0 { json += [UInt8](repeating: UInt8(ascii: " "), count: 64 - excess) }
  let length = UInt64(json.count)
  return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * $0)) } + json
}
