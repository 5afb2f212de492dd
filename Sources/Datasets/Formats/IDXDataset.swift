import Foundation

/// MNIST, Fashion-MNIST and their kin: grey images and labels in two IDX files, kept in memory.
public struct IDXDataset: Dataset {
  /// One channel, and the size the file says.
  public let shape: ImageShape
  /// Class names in the order of the labels.
  public let classes: [String]
  private let images: IDXFile
  private let labels: IDXFile

  /// Reads two files, gzip or plain.
  ///
  /// - Parameters:
  ///   - images: path of a 3-dimensional IDX file (count, height, width).
  ///   - labels: path of a 1-dimensional IDX file of as many labels.
  ///   - classes: a name for every label that may occur; by default MNIST's ten digits, or as many numbers as there are labels.
  public init(images: String, labels: String, classes: [String]? = nil) throws(DatasetError) {
    self.images = try IDXFile(path: images, rank: 3)
    let labels = try IDXFile(path: labels, rank: 1)
    self.labels = labels
    if let classes {
      self.classes = classes
    } else {
      self.classes = try Self.numbers(for: labels)
    }
    let dimensions = self.images.dimensions
    shape = ImageShape(channels: 1, height: dimensions[1], width: dimensions[2])
    try checkLabels()
  }

  /// Reads a folder with the usual file names, such as `train-images-idx3-ubyte.gz`.
  ///
  /// - Parameters:
  ///   - split: `.train`, or `.test` for the files that start with `t10k`.
  ///   - classes: as in `init`.
  public static func open(
    folder: String, split: Split, classes: [String]? = nil
  ) throws(DatasetError) -> IDXDataset {
    let stem = folder + (split == .test ? "/t10k" : "/\(split.rawValue)")
    return try IDXDataset(
      images: plainOrGzip(stem + "-images-idx3-ubyte"),
      labels: plainOrGzip(stem + "-labels-idx1-ubyte"), classes: classes)
  }

  /// How many images there are.
  public var count: Int { images.dimensions[0] }

  /// The class of image `index`.
  public func label(of index: Int) -> Int { Int(labels.bytes[labels.headerCount + index]) }

  /// Copies image `index`.
  public func read(_ index: Int, into pixels: UnsafeMutableBufferPointer<UInt8>) {
    precondition(pixels.count == shape.valueCount, "a buffer of exactly one image")
    let start = images.headerCount + index * shape.valueCount
    _ = pixels.update(fromContentsOf: images.bytes[start..<start + shape.valueCount])
  }

  /// The images' file and the place in it.
  public func name(of index: Int) -> String { "\(images.path)[\(index)]" }

  /// Names for MNIST's ten labels, and for those of its larger kin, such as EMNIST.
  private static func numbers(for labels: IDXFile) throws(DatasetError) -> [String] {
    let found = Set(labels.bytes[labels.headerCount...].map(Int.init))
    let count = max(10, (found.max() ?? 0) + 1)
    // A label far from all others is a damaged byte.
    if let missing = (10..<count).first(where: { !found.contains($0) }) {
      throw .damaged(
        path: labels.path,
        problem: "gives an image the label \(count - 1), but none the label \(missing)")
    }
    return (0..<count).map { "\($0)" }
  }

  private func checkLabels() throws(DatasetError) {
    guard count > 0 else { throw .missing(path: images.path, problem: "holds no images") }
    guard labels.dimensions[0] == count else {
      throw .damaged(
        path: labels.path,
        problem: "holds \(labels.dimensions[0]) labels for the \(count) images of \(images.path)")
    }
    if let index = (0..<count).first(where: { label(of: $0) >= classes.count }) {
      throw .damaged(
        path: labels.path,
        problem: "gives image \(index) the label \(label(of: index)), "
          + "but there are only \(classes.count) classes")
    }
  }
}

/// The packed file where only that one is there.
private func plainOrGzip(_ path: String) -> String {
  let packed = path + ".gz"
  return FileManager.default.fileExists(atPath: path) ? path : packed
}
