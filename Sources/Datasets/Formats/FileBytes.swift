import CZlib
import Foundation

/// The content of a file, unpacked when it is gzip.
func fileBytes(_ path: String) throws(DatasetError) -> [UInt8] {
  guard let file = gzopen(path, "rb") else {
    let reason = String(cString: strerror(errno))
    throw .missing(path: path, problem: "cannot be opened: \(reason)")
  }
  let bytes = everything(in: file)
  var code: Int32 = 0
  _ = gzerror(file, &code)
  // Not damage, which every rank would find alike.
  if bytes == nil, code == Z_ERRNO {
    let reason = String(cString: strerror(errno))
    gzclose_r(file)
    throw .missing(path: path, problem: "cannot be read: \(reason)")
  }
  guard gzclose_r(file) == Z_OK, let bytes else {
    throw .damaged(path: path, problem: "is cut short or is no intact file; fetch it again")
  }
  return bytes
}

/// All bytes up to the end, or nil where zlib finds the stream broken.
private func everything(in file: gzFile) -> [UInt8]? {
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = Int(gzread(file, &chunk, UInt32(chunk.count)))
    if count < 0 { return nil }
    if count == 0 { return bytes }
    bytes.append(contentsOf: chunk[..<count])
  }
}
