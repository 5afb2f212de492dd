import Datasets
import Foundation
import Testing

/// The bytes of an IDX file.
private func idx(_ dimensions: [Int], _ content: [UInt8]) -> [UInt8] {
  let sizes = dimensions.flatMap { size in [24, 16, 8, 0].map { UInt8(size >> $0 & 255) } }
  return [0, 0, 8, UInt8(dimensions.count)] + sizes + content
}

private let content = (0..<60).map { UInt8($0 * 4) }
private let threeImages = idx([3, 5, 4], content)
private let threeLabels = idx([3], [2, 0, 1])
private let classes = ["shoe", "shirt", "bag"]

@Suite struct IDXTests {
  @Test(arguments: [false, true])
  func whatWasWrittenIsRead(packed: Bool) throws {
    try withFolder { folder in
      let store = packed ? writeGzip : { try write($0, to: $1) }
      let ending = packed ? ".gz" : ""
      try store(threeImages, "\(folder)/t10k-images-idx3-ubyte\(ending)")
      try store(threeLabels, "\(folder)/t10k-labels-idx1-ubyte\(ending)")
      let dataset = try IDXDataset.open(folder: folder, split: .test, classes: classes)
      #expect(dataset.shape == ImageShape(channels: 1, height: 5, width: 4))
      #expect(dataset.count == 3)
      #expect((0..<3).map(dataset.label(of:)) == [2, 0, 1])
      #expect(try (0..<3).flatMap { try pixels(of: dataset, $0) } == content)
      #expect(dataset.name(of: 1).hasSuffix("t10k-images-idx3-ubyte\(ending)[1]"))
    }
  }

  /// MNIST has ten classes, some of its kin have more; a label without its neighbours is damage.
  @Test(
    arguments: [([2, 0, 1], 10), ([2, 11, 10], 12), ([2, 200, 1], nil)] as [([UInt8], Int?)])
  func labelsSayHowManyClassesThereAre(labels: [UInt8], count: Int?) throws {
    try withFolder { folder in
      try write(threeImages, to: "\(folder)/images")
      try write(idx([3], labels), to: "\(folder)/labels")
      let open = { () throws(DatasetError) in
        try IDXDataset(images: "\(folder)/images", labels: "\(folder)/labels")
      }
      if let count {
        #expect(try open().classes == (0..<count).map { "\($0)" })
      } else {
        let error = #expect(throws: DatasetError.self) { try open() }
        #expect(error?.description.contains("label 200, but none the label 10") == true)
      }
    }
  }

  /// What the system cannot read is not damage, which might be passed over.
  @Test func aFolderInAFilesPlaceIsNoDamage() throws {
    try withFolder { folder in
      let error = #expect(throws: DatasetError.self) {
        try IDXDataset(images: folder, labels: folder)
      }
      #expect(error?.exitCode == 66)
      #expect(error?.description.contains("cannot be read: Is a directory") == true)
    }
  }

  /// A pair of files, which of them is to blame, and words the sentence must have.
  struct Refusal: CustomTestStringConvertible, Sendable {
    var images = threeImages
    var labels = threeLabels
    var blamed = "images"
    let words: String
    var testDescription: String { words }
  }

  static let refusals = [
    Refusal(images: threeLabels, words: "starts with 0 0 8 1 in place of 0 0 8 3"),
    Refusal(images: [], words: "starts with nothing"),
    Refusal(images: Array(threeImages.prefix(10)), words: "is no IDX file"),
    Refusal(images: threeImages.dropLast(), words: "75 bytes where its header promises 76"),
    Refusal(images: threeImages + [0], words: "77 bytes where its header promises 76"),
    Refusal(images: idx([3, 0, 4], []), words: "impossible images of [0, 4]"),
    Refusal(
      images: [0, 0, 8, 3] + [UInt8](repeating: 255, count: 12), words: "claims impossible images"),
    Refusal(
      labels: idx([2], [0, 1]), blamed: "labels", words: "holds 2 labels for the 3 images of"),
    Refusal(
      labels: idx([3], [0, 1]), blamed: "labels", words: "10 bytes where its header promises 11"),
    Refusal(labels: threeImages, blamed: "labels", words: "in place of 0 0 8 1"),
    Refusal(
      labels: idx([3], [0, 3, 1]), blamed: "labels",
      words: "gives image 1 the label 3, but there are only 3 classes"),
  ]

  @Test(arguments: refusals)
  func whatIsWrongIsNamed(refusal: Refusal) throws {
    try withFolder { folder in
      try write(refusal.images, to: "\(folder)/images")
      try write(refusal.labels, to: "\(folder)/labels")
      let error = try #require(throws: DatasetError.self) {
        try IDXDataset(images: "\(folder)/images", labels: "\(folder)/labels", classes: classes)
      }
      #expect(error.exitCode == 65)
      #expect(error.description.hasPrefix("\(folder)/\(refusal.blamed) "))
      #expect(error.description.contains(refusal.words))
      #expect(error.description.hasSuffix("."))
    }
  }

  @Test func aMissingFileIsMissing() throws {
    try withFolder { folder in
      let error = try #require(throws: DatasetError.self) {
        try IDXDataset.open(folder: folder, split: .train, classes: classes)
      }
      #expect(error.exitCode == 66)
      #expect(error.description.contains("\(folder)/train-images-idx3-ubyte.gz cannot be opened"))
    }
  }

  @Test func aFileOfNoImagesIsMissingInput() throws {
    try withFolder { folder in
      try write(idx([0, 5, 4], []), to: "\(folder)/images")
      try write(idx([0], []), to: "\(folder)/labels")
      let error = try #require(throws: DatasetError.self) {
        try IDXDataset(images: "\(folder)/images", labels: "\(folder)/labels", classes: classes)
      }
      #expect(error == .missing(path: "\(folder)/images", problem: "holds no images"))
    }
  }

  @Test func aGzipCutAnywhereIsRefused() throws {
    try withFolder { folder in
      try write(threeLabels, to: "\(folder)/labels")
      try writeGzip(threeImages, to: "\(folder)/whole.gz")
      let whole = try Array(Data(contentsOf: URL(fileURLWithPath: "\(folder)/whole.gz")))
      for count in 0..<whole.count {
        try write(Array(whole.prefix(count)), to: "\(folder)/cut.gz")
        let error = #expect(throws: DatasetError.self) {
          try IDXDataset(images: "\(folder)/cut.gz", labels: "\(folder)/labels", classes: classes)
        }
        #expect(error?.exitCode == 65, "cut to \(count) bytes")
        #expect(error?.description.contains("/cut.gz ") == true)
      }
    }
  }
}
