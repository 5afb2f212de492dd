/// A new file, written from start to end, whose size and digest are known when it is finished.
final class DigestedFile {
  private let files: any FileLayer
  private let file: OpenFile
  private let digester = Digester()
  private var size = 0
  private var isOpen = true

  init(_ path: String, files: any FileLayer) throws(RunError) {
    self.files = files
    file = try files.create(path)
  }

  deinit {
    if isOpen { try? files.close(file) }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(RunError) {
    try files.write(bytes, to: file)
    digester.update(bytes)
    size += bytes.count
  }

  func write(_ bytes: [UInt8]) throws(RunError) {
    try bytes.withUnsafeBufferPointer { (bytes) throws(RunError) in
      try write(UnsafeRawBufferPointer(bytes))
    }
  }

  /// Brings the contents to the disk and closes the file.
  func finish() throws(RunError) -> FileRecord {
    try files.synchronize(file)
    isOpen = false
    try files.close(file)
    return FileRecord(name: splitPath(file.path).name, bytes: size, xxh3: digester.hex64)
  }
}

/// What a file must look like to be the one that was written.
struct FileRecord: Codable, Equatable, Sendable {
  let name: String
  let bytes: Int
  /// XXH3 with 64 bits, sixteen hexadecimal digits.
  let xxh3: String
}
