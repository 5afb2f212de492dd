import Glibc

/// A file that is open for reading at any place.
final class InputFile {
  let path: String
  /// In bytes.
  let size: Int
  private let descriptor: Int32

  init(_ path: String) throws(RunError) {
    self.path = path
    let descriptor = try checked(.read, path) { open(path, O_RDONLY | O_CLOEXEC) }
    self.descriptor = descriptor
    var status = stat()
    size = fstat(descriptor, &status) == 0 ? Int(status.st_size) : 0
  }

  deinit { close(descriptor) }

  /// Fills `bytes` from `offset` on; the caller has compared with `size`.
  func read(into bytes: UnsafeMutableRawBufferPointer, at offset: Int) throws(RunError) {
    var done = 0
    while done < bytes.count {
      let count = try checked(.read, path) {
        pread(descriptor, bytes.baseAddress! + done, bytes.count - done, offset + done)
      }
      if count == 0 { throw .damaged(path: path, reason: "it became shorter while it was read") }
      done += count
    }
  }

  /// The bytes in a range.
  func bytes(_ range: Range<Int>) throws(RunError) -> [UInt8] {
    var result = [UInt8](repeating: 0, count: range.count)
    try result.withUnsafeMutableBufferPointer { (buffer) throws(RunError) in
      try read(into: UnsafeMutableRawBufferPointer(buffer), at: range.lowerBound)
    }
    return result
  }

  /// Passes the bytes of a range on, a mebibyte at a time.
  func forEachBlock(
    in range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws(RunError) -> Void
  ) throws(RunError) {
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
    defer { block.deallocate() }
    for start in stride(from: range.lowerBound, to: range.upperBound, by: block.count) {
      let count = min(block.count, range.upperBound - start)
      let part = UnsafeMutableRawBufferPointer(rebasing: block[..<count])
      try read(into: part, at: start)
      try body(UnsafeRawBufferPointer(part))
    }
  }
}

/// The contents of a file.
func readFile(_ path: String) throws(RunError) -> [UInt8] {
  let file = try InputFile(path)
  return try file.bytes(0..<file.size)
}

/// The contents of a file, `nil` when there is none.
func readFileIfPresent(_ path: String) throws(RunError) -> [UInt8]? {
  exists(path) ? try readFile(path) : nil
}

/// The names inside a folder, sorted.
func entries(of folder: String) throws(RunError) -> [String] {
  guard let stream = opendir(folder) else { throw .file(.list, path: folder, code: errno) }
  defer { closedir(stream) }
  var names: [String] = []
  while let entry = readdir(stream) {
    let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    if name != "." && name != ".." { names.append(name) }
  }
  return names.sorted()
}

func exists(_ path: String) -> Bool { access(path, F_OK) == 0 }

func isDirectory(_ path: String) -> Bool {
  var status = stat()
  return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}
