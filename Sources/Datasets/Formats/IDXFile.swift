/// One file of the MNIST family: a big-endian header, then unsigned bytes.
///
/// Format: http://yann.lecun.com/exdb/mnist/ ("the IDX file format").
struct IDXFile: Sendable {
  let path: String
  let dimensions: [Int]
  let bytes: [UInt8]
  let headerCount: Int

  /// Reads a file of unsigned bytes in `rank` dimensions, gzip or plain, and checks its size.
  init(path: String, rank: Int) throws(DatasetError) {
    self.path = path
    bytes = try fileBytes(path)
    headerCount = 4 + 4 * rank
    guard bytes.count >= headerCount, bytes[..<4].elementsEqual([0, 0, 8, UInt8(rank)]) else {
      let magic = bytes.prefix(4).map { String($0, radix: 16) }.joined(separator: " ")
      throw .damaged(
        path: path,
        problem: "is no IDX file of \(rank)-dimensional bytes: it starts with "
          + "\(magic.isEmpty ? "nothing" : magic) in place of 0 0 8 \(rank)")
    }
    dimensions = bytes[4..<headerCount].bigEndianWords
    try checkSize()
  }

  private func checkSize() throws(DatasetError) {
    // Sides below 2^15 keep the product inside 64 bits whatever a broken header says.
    guard dimensions.dropFirst().allSatisfy({ (1..<1 << 15).contains($0) }) else {
      throw .damaged(path: path, problem: "claims impossible images of \(dimensions.dropFirst())")
    }
    let expected = headerCount + dimensions.reduce(1, *)
    guard bytes.count == expected else {
      throw .damaged(
        path: path, problem: "holds \(bytes.count) bytes where its header promises \(expected)")
    }
  }
}

extension ArraySlice<UInt8> {
  fileprivate var bigEndianWords: [Int] {
    stride(from: startIndex, to: endIndex, by: 4).map { start in
      self[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
    }
  }
}
