import Datasets
import Testing

private let normalization = Normalization(mean: [0, 0, 0], deviation: [1, 1, 1])

private func loader(
  _ dataset: NumberedImages, indices: [Int], owned: Range<Int> = 0..<2, onDamage: DamagePolicy
) throws(DatasetError) -> TrainingLoader {
  try TrainingLoader(
    dataset: dataset, indices: indices, augmentation: Augmentation(pad: 1, flip: true),
    normalization: normalization, seed: 3, globalBatch: 4, shards: 2, ownedShards: owned,
    workers: 2, onDamage: onDamage)
}

private func fixed(
  _ dataset: NumberedImages, _ indices: [Int], workers: Int = 2, onDamage: DamagePolicy
) throws(DatasetError) -> FixedImages {
  try FixedImages(
    dataset: dataset, indices: indices, normalization: normalization, workers: workers,
    onDamage: onDamage)
}

@Suite(.timeLimit(.minutes(2))) struct DamageTests {
  @Test func stopThrowsAtTheStepThatNeedsTheImage() throws {
    let dataset = NumberedImages(count: 20, damaged: [13])
    let loader = try loader(dataset, indices: Array(0..<20), onDamage: .stop)
    let order = EpochOrder(seed: 3, count: 20).permutation(epoch: 0)
    let struck = try #require(order.firstIndex(of: 13)) / 4
    for step in [0, 1, 2, 3, 4, struck] {
      if step == struck {
        let error = #expect(throws: DatasetError.self) { try loader.batch(at: step) }
        #expect(error == .damaged(path: "image-13", problem: "is torn"))
      } else {
        #expect(try loader.batch(at: step).count == 4)
      }
    }
    #expect(loader.damaged.isEmpty)
  }

  /// A list in which the damaged images are replaced beforehand gives the very same batches.
  @Test func skipTakesTheNextImageOfTheListOnEveryRank() throws {
    let indices = Array((0..<20).reversed())
    let torn = NumberedImages(count: 20, damaged: [0, 7, 8])
    let mended = indices.map { index in [0: 19, 7: 6, 8: 6][index] ?? index }
    let loaders = try [0..<1, 1..<2].map {
      try loader(torn, indices: indices, owned: $0, onDamage: .skip)
    }
    let whole = try loader(NumberedImages(count: 20), indices: mended, onDamage: .stop)
    for step in 0..<10 {
      let batches = try loaders.map { try $0.batch(at: step) }
      let wanted = try whole.batch(at: step)
      #expect(batches.flatMap(values) == values(wanted))
      #expect(batches.flatMap(\.labels) == wanted.labels)
    }
    let named = Set(loaders.flatMap(\.damaged))
    #expect(named == ["image-0", "image-7", "image-8"])
    #expect(loaders.allSatisfy { Set($0.damaged).count == $0.damaged.count })
  }

  @Test func onlyBatchesHandedOutReportDamage() throws {
    let dataset = NumberedImages(count: 20, damaged: [13])
    let loader = try loader(dataset, indices: Array(0..<20), onDamage: .skip)
    let order = EpochOrder(seed: 3, count: 20).permutation(epoch: 0)
    let struck = try #require(order.firstIndex(of: 13)) / 4
    for step in 0..<5 {
      _ = try loader.batch(at: step)
      #expect(loader.damaged == (step < struck ? [] : ["image-13"]))
    }
  }

  @Test func aFileThatIsGoneStopsEvenUnderSkip() throws {
    let dataset = NumberedImages(count: 4, missing: [2])
    let loader = try loader(dataset, indices: [0, 1, 2, 3], onDamage: .skip)
    let error = #expect(throws: DatasetError.self) { try loader.batch(at: 0) }
    #expect(error == .missing(path: "image-2", problem: "is gone"))
  }

  @Test func nothingIntactIsAnError() throws {
    let dataset = NumberedImages(count: 4, damaged: [0, 1, 2, 3])
    let error = #expect(throws: DatasetError.self) { try fixed(dataset, [2, 1], onDamage: .skip) }
    #expect(error?.description == "image-2 and every other image of its list are damaged.")
    let empty = #expect(throws: DatasetError.self) { try fixed(dataset, [], onDamage: .skip) }
    #expect(empty?.description == "a list of images cannot be empty.")
  }

  @Test(arguments: [1, 2, 5])
  func fixedImagesFollowTheSamePolicies(workers: Int) throws {
    let dataset = NumberedImages(count: 20, damaged: [4, 5, 9])
    let error = #expect(throws: DatasetError.self) {
      try fixed(dataset, [0, 9, 5, 4], workers: workers, onDamage: .stop)
    }
    #expect(error == .damaged(path: "image-9", problem: "is torn"))
    let images = try fixed(dataset, [4, 5, 6, 1, 9], workers: workers, onDamage: .skip)
    let mended = try fixed(dataset, [6, 6, 6, 1, 6], workers: workers, onDamage: .stop)
    #expect(values(images.batch(0..<5)) == values(mended.batch(0..<5)))
    #expect(images.damaged == ["image-4", "image-5", "image-9"])
  }

  @Test func fixedImagesAreThePlainPixels() throws {
    let dataset = NumberedImages(count: 20)
    let images = try fixed(dataset, [3, 17, 8, 2], onDamage: .stop)
    #expect(images.count == 4 && images.shape == dataset.shape && images.labels == [1, 1, 0, 0])
    let batch = images.batch(1..<3)
    #expect(batch.labels == [1, 0])
    let wanted = [17, 8].flatMap { index in
      (0..<60).map { Float(dataset.byte(index, $0)) / 255 }
    }
    #expect(values(batch) == wanted)
  }
}
