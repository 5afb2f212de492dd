import Datasets
import Randomness
import Testing

/// How often each class occurs among some images.
private func counts(_ images: some Sequence<Int>, _ labels: [Int], classes: Int) -> [Int] {
  images.reduce(into: Array(repeating: 0, count: classes)) { $0[labels[$1]] += 1 }
}

@Suite struct ValidationSplitTests {
  private static let labels: [Int] = {
    var stream = RandomStream(seed: 3, purpose: .testing)
    return (0..<500).map { _ in stream.integer(below: 7) }
  }()

  @Test(arguments: [0, 1, 6, 7, 70, 100, 203])
  func everyClassGivesAsManyAsAnyOther(heldOut: Int) throws {
    let split = try ValidationSplit(labels: Self.labels, heldOut: heldOut, seed: 1)
    #expect(split.heldOut.count == heldOut)
    #expect((split.training + split.heldOut).sorted() == Array(0..<500))
    #expect(split.training == split.training.sorted())
    for length in 0...heldOut {
      let perClass = counts(split.heldOut.prefix(length), Self.labels, classes: 7)
      #expect(perClass.allSatisfy { $0 == length / 7 || $0 == (length + 6) / 7 })
    }
  }

  @Test func smallClassesKeepTheirLastImage() throws {
    let labels = [0, 0, 1, 2, 2, 2, 2, 2, 2, 5]
    let split = try ValidationSplit(labels: labels, heldOut: 6, seed: 4)
    #expect(counts(split.heldOut, labels, classes: 6) == [1, 0, 5, 0, 0, 0])
    #expect(counts(split.training, labels, classes: 6) == [1, 1, 1, 0, 0, 1])
    let error = #expect(throws: DatasetError.self) {
      try ValidationSplit(labels: labels, heldOut: 7, seed: 4)
    }
    #expect(
      error?.description
        == "7 images cannot be held out of 10 in 4 classes: 0 to 6 leave one of each class to train on."
    )
  }

  @Test func theSeedDecides() throws {
    func split(_ seed: UInt64) throws -> ValidationSplit {
      try ValidationSplit(labels: Self.labels, heldOut: 50, seed: seed)
    }
    #expect(try split(8) == split(8))
    #expect(try Set(split(8).heldOut) != Set(split(9).heldOut))
  }

  @Test func aDatasetIsSplitByItsLabels() throws {
    let dataset = NumberedImages(count: 20)
    let split = try ValidationSplit(of: dataset, heldOut: 6, seed: 2)
    #expect(split.heldOut.filter { $0 % 2 == 0 }.count == 3)
    #expect(dataset.readCount == 0)
  }
}
