import Datasets
import Foundation
import JPEGShims
import Testing

private let shape = ImageShape(channels: 3, height: 8, width: 8)

private func photo(_ level: UInt8) throws -> [UInt8] {
  try flatJPEG([level], width: 8, height: 8, jpeg_colors_grey)
}

/// Opening must fail; returns how.
private func refusal(_ root: String, _ split: Split) throws -> DatasetError {
  try #require(throws: DatasetError.self) {
    try JPEGFolder.open(root: root, split: split, shape: shape)
  }
}

@Suite struct JPEGFolderTests {
  @Test func classesAndFilesAreSortedByBytes() throws {
    try withFolder { root in
      for path in ["a/2.jpg", "a/10.JPEG", "a/B.jpeg", "B/x.JPG", "é/y.jpg", "z/q.jpg"] {
        try write(photo(128), to: "\(root)/train/\(path)")
      }
      try write([1], to: "\(root)/train/notes.txt")
      try write([1], to: "\(root)/train/a/notes.txt")
      try write([1], to: "\(root)/train/a/.hidden.jpg")
      try write([1], to: "\(root)/train/.cache/x.jpg")
      let folder = try JPEGFolder.open(root: root, split: .train, shape: shape)
      #expect(folder.classes == ["B", "a", "z", "é"])
      let names = (0..<folder.count).map { folder.name(of: $0).dropFirst("\(root)/train/".count) }
      #expect(names == ["B/x.JPG", "a/10.JPEG", "a/2.jpg", "a/B.jpeg", "z/q.jpg", "é/y.jpg"])
      #expect((0..<folder.count).map(folder.label(of:)) == [0, 1, 1, 1, 2, 3])
    }
  }

  @Test func labelsOfEverySplitAreThoseOfTrain() throws {
    try withFolder { root in
      for path in ["train/a/1.jpg", "train/b/1.jpg", "train/c/1.jpg"] {
        try write(photo(10), to: "\(root)/\(path)")
      }
      try write(photo(200), to: "\(root)/val/c/1.jpg")
      let folder = try JPEGFolder.open(root: root, split: .val, shape: shape)
      #expect(folder.classes == ["a", "b", "c"])
      #expect(folder.count == 1 && folder.label(of: 0) == 2)
      #expect(looksLike(try pixels(of: folder, 0), [UInt8](repeating: 200, count: 192)))
    }
  }

  @Test(arguments: [Split.val, .test])
  func aClassThatTrainLacksIsNamed(split: Split) throws {
    try withFolder { root in
      try write(photo(10), to: "\(root)/train/cat/1.jpg")
      try write(photo(10), to: "\(root)/\(split.rawValue)/dog/1.jpg")
      let error = try refusal(root, split)
      #expect(error.exitCode == 65)
      #expect(
        error.description
          == "\(root)/\(split.rawValue)/dog is a class that train does not have.")
    }
  }

  @Test func missingAndEmptyFoldersAreToldApart() throws {
    try withFolder { root in
      let manager = FileManager.default
      #expect(
        try refusal(root, .train).description == "\(root)/train is no folder that can be read.")
      try manager.createDirectory(atPath: "\(root)/train", withIntermediateDirectories: true)
      #expect(try refusal(root, .train).description.hasPrefix("\(root)/train is empty: it should"))
      try manager.createDirectory(atPath: "\(root)/train/cat", withIntermediateDirectories: true)
      #expect(try refusal(root, .train).description.hasPrefix("\(root)/train/cat holds no image"))
      try write(photo(10), to: "\(root)/train/cat/1.jpg")
      #expect(try refusal(root, .val).description == "\(root)/val is no folder that can be read.")
      #expect(try refusal(root, .val).exitCode == 66)
      #expect(try refusal("\(root)/train/cat/1.jpg", .train).exitCode == 66)
    }
  }

  @Test func damageIsNamedWhenRead() throws {
    try withFolder { root in
      try write(photo(10).dropLast(20), to: "\(root)/train/cat/cut.jpg")
      try write(Array("<html>".utf8), to: "\(root)/train/cat/page.jpg")
      let folder = try JPEGFolder.open(root: root, split: .train, shape: shape)
      for index in 0..<2 {
        let error = try #require(throws: DatasetError.self) { try pixels(of: folder, index) }
        #expect(error.exitCode == 65)
        #expect(error.description.hasPrefix("\(folder.name(of: index)) is not an intact JPEG ("))
      }
      try FileManager.default.removeItem(atPath: folder.name(of: 0))
      let error = try #require(throws: DatasetError.self) { try pixels(of: folder, 0) }
      #expect(error.exitCode == 66)
    }
  }

  @Test func onlyGreyAndColorCanBeAsked() throws {
    let error = try #require(throws: DatasetError.self) {
      try JPEGFolder.open(
        root: "/", split: .train, shape: ImageShape(channels: 4, height: 8, width: 8))
    }
    #expect(error.description == "JPEG images have 1 or 3 channels, not 4.")
  }
}
