import Foundation

/// Photographs in `root/split/class/*.jpg`, decoded and resized when read.
///
/// Labels follow the class folders of `root/train`, sorted by the bytes of their names, for every split.
/// Orientation marks (EXIF) are ignored, as torchvision does.
public struct JPEGFolder: Dataset {
  /// What every photograph is brought to.
  public let shape: ImageShape
  /// The names of the folders in `root/train`.
  public let classes: [String]
  private let folder: String
  private let files: [String]
  private let labels: [Int]

  /// Lists one split; no image is read yet.
  ///
  /// - Parameters:
  ///   - root: the folder that holds `train`, and `val` or `test`.
  ///   - shape: of 1 or 3 channels; photographs of other sizes are resized to cover it and cropped.
  public static func open(
    root: String, split: Split, shape: ImageShape
  ) throws(DatasetError) -> JPEGFolder {
    guard [1, 3].contains(shape.channels) else {
      throw .invalid(problem: "JPEG images have 1 or 3 channels, not \(shape.channels)")
    }
    let classes = try subfolders(of: "\(root)/\(Split.train.rawValue)")
    return try JPEGFolder(folder: "\(root)/\(split.rawValue)", classes: classes, shape: shape)
  }

  private init(folder: String, classes: [String], shape: ImageShape) throws(DatasetError) {
    var files: [String] = []
    var labels: [Int] = []
    for name in try subfolders(of: folder) {
      guard let label = classes.firstIndex(of: name) else {
        throw .damaged(path: "\(folder)/\(name)", problem: "is a class that train does not have")
      }
      let images = try photographs(in: "\(folder)/\(name)")
      files += images.map { "\(name)/\($0)" }
      labels += Array(repeating: label, count: images.count)
    }
    self.shape = shape
    self.classes = classes
    self.folder = folder
    self.files = files
    self.labels = labels
  }

  /// How many images there are.
  public var count: Int { files.count }

  /// The class of image `index`.
  public func label(of index: Int) -> Int { labels[index] }

  /// Decodes image `index` and brings it to `shape`.
  public func read(
    _ index: Int, into pixels: UnsafeMutableBufferPointer<UInt8>
  ) throws(DatasetError) {
    let path = name(of: index)
    let photograph = try Photograph(jpeg: fileBytes(path), path: path, covering: shape)
    photograph.write(as: shape, into: pixels)
  }

  /// The file's path.
  public func name(of index: Int) -> String { "\(folder)/\(files[index])" }
}

/// The folders in a folder, sorted by bytes; at least one.
private func subfolders(of folder: String) throws(DatasetError) -> [String] {
  let names = try visibleNames(in: folder).filter { name in
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: "\(folder)/\(name)", isDirectory: &isFolder)
    return exists && isFolder.boolValue
  }
  guard !names.isEmpty else {
    throw .missing(path: folder, problem: "is empty: it should hold one folder of images per class")
  }
  return names
}

/// The JPEG files in a folder, sorted by bytes; at least one.
private func photographs(in folder: String) throws(DatasetError) -> [String] {
  let endings = [".jpg", ".jpeg", ".JPG", ".JPEG"]
  let names = try visibleNames(in: folder).filter { name in endings.contains(where: name.hasSuffix)
  }
  guard !names.isEmpty else {
    throw .missing(path: folder, problem: "holds no image with a name that ends in .jpg or .jpeg")
  }
  return names
}

private func visibleNames(in folder: String) throws(DatasetError) -> [String] {
  guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
    throw .missing(path: folder, problem: "is no folder that can be read")
  }
  return names.filter { !$0.hasPrefix(".") }
    .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}
