import Foundation

/// An open safetensors file of 32-bit floats, checked for being whole and sound.
public final class SafetensorsReader {
  /// In the order of their data.
  public let tensors: [SafetensorsTensor]
  /// The free text that was written with them.
  public let metadata: [String: String]

  private let file: InputFile
  private let dataStart: Int

  /// Opens and checks; contents are read later.
  public init(_ path: String) throws(RunError) {
    file = try InputFile(path)
    let length = try Self.headerLength(of: file)
    dataStart = 8 + length
    let json = try file.bytes(8..<dataStart)
    guard json.first == UInt8(ascii: "{"),
      let header = try? JSONDecoder().decode(SafetensorsHeader.self, from: Data(json))
    else { throw .damaged(path: path, reason: "its header is not that of a safetensors file") }
    tensors = try header.tensors(dataSize: file.size - dataStart, path: path)
    metadata = header.metadata
  }

  /// Reads each destination's values; nothing is changed when one is missing or has another shape.
  public func read(into destinations: [TensorDestination]) throws(RunError) {
    let known = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0) })
    var sources: [SafetensorsTensor] = []
    for destination in destinations {
      sources.append(try source(of: destination, in: known))
    }
    for (source, destination) in zip(sources, destinations) {
      try file.read(
        into: UnsafeMutableRawBufferPointer(destination.values),
        at: dataStart + source.bytes.lowerBound)
    }
  }

  /// What `parameterDigest(of:)` gives for the tensors as they were saved.
  public func parameterDigest() throws(RunError) -> String {
    let digester = Digester()
    try file.forEachBlock(in: dataStart..<file.size) { digester.update($0) }
    return digester.hex128
  }

  private func source(
    of destination: TensorDestination, in known: [String: SafetensorsTensor]
  ) throws(RunError) -> SafetensorsTensor {
    guard let tensor = known[destination.name] else {
      throw .mismatch(path: file.path, reason: "it has no tensor \(destination.name)")
    }
    guard tensor.shape == destination.shape else {
      throw .mismatch(
        path: file.path,
        reason: "\(tensor.name) has shape \(tensor.shape) instead of \(destination.shape)")
    }
    return tensor
  }

  private static func headerLength(of file: InputFile) throws(RunError) -> Int {
    guard file.size >= 8 else {
      throw .damaged(path: file.path, reason: "it ends before its header")
    }
    let length = try file.bytes(0..<8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= UInt64(min(file.size - 8, SafetensorsHeader.largestLength)) else {
      throw .damaged(
        path: file.path, reason: "it has \(file.size) bytes and a header that claims \(length)")
    }
    return Int(length)
  }
}
