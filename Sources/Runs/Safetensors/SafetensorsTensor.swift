/// One tensor of a safetensors file: 32-bit floats and where they lie.
public struct SafetensorsTensor: Equatable, Sendable {
  /// Unique in its file.
  public let name: String
  /// Extents, the slowest first; empty for a single number.
  public let shape: [Int]
  /// The bytes it takes, counted from the start of the data.
  let bytes: Range<Int>

  /// `nil` unless the entry says 32-bit floats with offsets that fit the shape.
  init?(name: String, entry: SafetensorsHeader.Entry) {
    guard entry.dtype == "F32", entry.dataOffsets.count == 2,
      let size = Self.size(of: entry.shape),
      let start = entry.dataOffsets.first, let end = entry.dataOffsets.last,
      start >= 0, end >= start, end - start == size
    else { return nil }
    self.name = name
    shape = entry.shape
    bytes = start..<end
  }

  /// In bytes; `nil` when the shape is not one or its size no number.
  private static func size(of shape: [Int]) -> Int? {
    var size = MemoryLayout<Float>.stride
    for extent in shape {
      let (product, overflow) = size.multipliedReportingOverflow(by: extent)
      if extent < 0 || overflow { return nil }
      size = product
    }
    return size
  }
}

extension SafetensorsHeader {
  /// The tensors in the order of their data, which must follow each other without gap or overlap and end at
  /// `dataSize`, as the reference reader demands too.
  func tensors(dataSize: Int, path: String) throws(RunError) -> [SafetensorsTensor] {
    var tensors: [SafetensorsTensor] = []
    for (name, entry) in entries {
      guard let tensor = SafetensorsTensor(name: name, entry: entry) else {
        throw .damaged(
          path: path, reason: "type, shape and offsets of tensor \(name) do not agree on F32 data")
      }
      tensors.append(tensor)
    }
    tensors.sort {
      ($0.bytes.lowerBound, $0.bytes.upperBound) < ($1.bytes.lowerBound, $1.bytes.upperBound)
    }
    try requireNoGaps(tensors, dataSize: dataSize, path: path)
    return tensors
  }

  private func requireNoGaps(
    _ tensors: [SafetensorsTensor], dataSize: Int, path: String
  ) throws(RunError) {
    var end = 0
    for tensor in tensors {
      if tensor.bytes.lowerBound != end {
        throw .damaged(path: path, reason: "tensor \(tensor.name) does not start at byte \(end)")
      }
      end = tensor.bytes.upperBound
    }
    if end != dataSize {
      throw .damaged(path: path, reason: "it has \(dataSize) bytes of data instead of \(end)")
    }
  }
}
