/// The last file written into a checkpoint: what the others must look like.
///
/// It lies inside the folder, so that a copied checkpoint can still be checked.
struct Manifest: Codable, Equatable {
  static let fileName = "manifest.json"
  static let currentFormat = 2

  var format = currentFormat
  let phase: String
  let step: Int
  let files: [FileRecord]

  /// Reads the manifest of a folder and compares every file with it, byte for byte.
  ///
  /// - Throws: what is wrong, as the error of the file that is.
  static func verified(_ folder: String, name: CheckpointName) throws(RunError) -> Manifest {
    let manifest = try read(folder, name: name)
    for record in manifest.files { try record.verify(in: folder) }
    return manifest
  }

  /// Reads the manifest of a folder, and none of the other files.
  static func read(_ folder: String, name: CheckpointName) throws(RunError) -> Manifest {
    let path = "\(folder)/\(fileName)"
    guard let manifest = decodeJSON(Manifest.self, from: try readFile(path)) else {
      throw .damaged(path: path, reason: "it is not a manifest")
    }
    guard manifest.format == currentFormat else {
      throw .damaged(
        path: path,
        reason: "it has format \(manifest.format) and this program reads \(currentFormat)")
    }
    guard manifest.phase == name.phase, manifest.step == name.step else {
      throw .damaged(path: path, reason: "it speaks of step \(manifest.step) of \(manifest.phase)")
    }
    return manifest
  }
}

extension FileRecord {
  /// Compares the file of this name with the record.
  func verify(in folder: String) throws(RunError) {
    let path = "\(folder)/\(name)"
    let file = try InputFile(path)
    guard file.size == bytes else {
      throw .damaged(path: path, reason: "it has \(file.size) bytes instead of \(bytes)")
    }
    let digester = Digester()
    try file.forEachBlock(in: 0..<file.size) { digester.update($0) }
    guard digester.hex64 == xxh3 else {
      throw .damaged(path: path, reason: "its digest is \(digester.hex64) instead of \(xxh3)")
    }
  }
}
