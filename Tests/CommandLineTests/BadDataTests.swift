import Foundation
import Testing

extension CommandLineTests {
  /// Data that is missing, empty or damaged.
  @Suite struct BadDataTests {
    @Test(.timeLimit(.minutes(5)), arguments: [nil, 2])
    func soundPhotographsAreFine(ranks: Int?) throws {
      let outcome = try Workplace.withPhotographs().vernier("run", "run.yaml", ranks: ranks)
      expectSuccess(outcome)
      #expect(outcome.complaints == [])
    }

    @Test(arguments: [nil, 2])
    func aMissingFolderIsRefused(ranks: Int?) throws {
      let place = try Workplace(photographRun)
      expectRefusal(
        try place.vernier("run", "run.yaml", ranks: ranks), code: 66, saying: "photographs")
      #expect(!place.run.exists())
    }

    @Test(arguments: ["", "train", "train/cats", "val/dogs"])
    func anEmptyFolderIsRefused(emptied: String) throws {
      let place = try Workplace.withPhotographs()
      let folder = "\(place.photographs)/\(emptied)"
      try FileManager.default.removeItem(atPath: folder)
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      expectRefusal(
        try place.vernier("run", "run.yaml"), code: 66, saying: "photographs/\(emptied)")
      #expect(!place.run.exists())
    }

    @Test func aClassThatOnlyValHasIsRefused() throws {
      let place = try Workplace.withPhotographs()
      try place.photograph("val/emus/0.jpg", shade: 9)
      expectRefusal(
        try place.vernier("run", "run.yaml"), code: 65, saying: "photographs/val/emus", "train")
      #expect(!place.run.exists())
    }

    @Test func moreHeldOutImagesThanThereAreAreRefused() throws {
      let place = try Workplace.withPhotographs()
      expectRefusal(
        try place.vernier("run", "run.yaml", "--set", "data.held_out=32"), code: 65,
        saying: "32 images cannot be held out")
      #expect(!place.run.exists())
    }

    /// One rank each finds it in training, or all find it in the test set.
    @Test(
      .timeLimit(.minutes(5)),
      arguments: [("train/cats/3.jpg", nil), ("train/dogs/11.jpg", 2), ("val/cats/2.jpg", 2)]
        as [(String, Int?)])
    func aTruncatedImageStopsTheRunWithItsName(name: String, ranks: Int?) throws {
      let place = try Workplace.withPhotographs()
      try place.truncate(name)
      expectRefusal(
        try place.vernier("run", "run.yaml", ranks: ranks), code: 65, saying: "photographs/\(name)")
    }

    @Test(
      .timeLimit(.minutes(5)),
      arguments: [("train/cats/3.jpg", nil), ("train/dogs/11.jpg", 2), ("val/cats/2.jpg", nil)]
        as [(String, Int?)])
    func aTruncatedImageIsSkippedByNameOnRequest(name: String, ranks: Int?) throws {
      let place = try Workplace.withPhotographs()
      try place.truncate(name)
      let outcome = try place.vernier("run", "run.yaml", "--set", "data.damaged=skip", ranks: ranks)
      expectSuccess(outcome)
      #expect(
        outcome.errors.contains("photographs/\(name) is damaged and was skipped"), "\(outcome)")
      #expect(place.run.exists("result.json"))
    }

    /// Training images, held-out images, images for calibration: each is named, once.
    @Test(.timeLimit(.minutes(5)))
    func everyTruncatedImageIsNamed() throws {
      let place = try Workplace.withPhotographs()
      let names = ["cats", "dogs"].flatMap { kind in (0..<6).map { "train/\(kind)/\($0).jpg" } }
      for name in names { try place.truncate(name) }
      let outcome = try place.vernier("run", "run.yaml", "--set", "data.damaged=skip")
      expectSuccess(outcome)
      #expect(
        outcome.complaints.sorted()
          == names.map { "vernier: photographs/\($0) is damaged and was skipped" }.sorted())
    }
  }
}
