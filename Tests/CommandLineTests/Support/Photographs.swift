import Foundation
import JPEGShims
import Testing

/// `tinyRun` on a folder of photographs.
let photographRun = """
  run: {name: tiny, seed: 3}
  data:
    format: jpeg
    path: photographs
    image: {channels: 3, height: 8, width: 8}
    held_out: 8
  network: {name: vgg-small}
  cluster: {shards: 2}
  engine: {threads: 1}
  supernet: {sharing: ua, epochs: 2, batch: 8}
  calibration: {images: 8, batch: 8}
  search: {population: 4, generations: 1, budget: {macs: 60%, lowest: 60%}, batch: 8}
  retrain: {epochs: 1, batch: 8, also: []}
  checkpoint: {every: 1st}
  log: {every: 1}
  """

extension Workplace {
  /// The folder that `photographRun` names.
  var photographs: String { "\(path)/photographs" }

  /// A configuration and two classes of photographs, 16 of each to train on and 4 to test.
  static func withPhotographs(_ configuration: String = photographRun) throws -> Workplace {
    let place = try Workplace(configuration)
    for (kind, shade) in [("cats", UInt8(60)), ("dogs", 200)] {
      for number in 0..<16 {
        try place.photograph("train/\(kind)/\(number).jpg", shade: shade &+ UInt8(number))
      }
      for number in 0..<4 { try place.photograph("val/\(kind)/\(number).jpg", shade: shade) }
    }
    return place
  }

  /// Writes a photograph of 12 x 10 pixels.
  func photograph(_ name: String, shade: UInt8) throws {
    let pixels = (0..<12 * 10 * 3).map { shade &+ UInt8($0 % 36) }
    var count = 0
    let bytes = try #require(jpeg_encode(pixels, 12, 10, jpeg_colors_rgb, 95, &count))
    defer { jpeg_release(bytes) }
    let file = URL(fileURLWithPath: "\(photographs)/\(name)")
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes: bytes, count: count).write(to: file)
  }

  /// Leaves half of a photograph.
  func truncate(_ name: String) throws {
    let file = URL(fileURLWithPath: "\(photographs)/\(name)")
    let bytes = try Data(contentsOf: file)
    try bytes.prefix(bytes.count / 2).write(to: file)
  }
}
