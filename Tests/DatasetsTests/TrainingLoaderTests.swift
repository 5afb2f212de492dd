import Datasets
import Foundation
import Testing

private let normalization = Normalization(mean: [0, 0, 0], deviation: [1, 1, 1])

private func loader(
  _ dataset: any Dataset, indices: [Int]? = nil, seed: UInt64 = 7, batch: Int = 8,
  shards: Int = 4, owned: Range<Int> = 0..<4, workers: Int = 2, onDamage: DamagePolicy = .stop,
  augmentation: Augmentation = Augmentation(pad: 1, flip: true)
) throws(DatasetError) -> TrainingLoader {
  try TrainingLoader(
    dataset: dataset, indices: indices ?? Array(0..<dataset.count), augmentation: augmentation,
    normalization: normalization, seed: seed, globalBatch: batch, shards: shards,
    ownedShards: owned, workers: workers, onDamage: onDamage)
}

/// Which images a plain batch shows: their first byte tells, as long as there are fewer than 256.
private func images(_ batch: Batch, of dataset: NumberedImages) -> [Int] {
  let first = values(batch).enumerated().filter { $0.offset % dataset.shape.valueCount == 0 }
  return first.map { value in
    (0..<dataset.count).first { Float(dataset.byte($0, 0)) / 255 == value.element } ?? -1
  }
}

/// Pixels and labels of one step, of all owners one after another.
private func joined(_ loaders: [TrainingLoader], step: Int) throws -> ([Float], [Int32]) {
  let batches = try loaders.map { try $0.batch(at: step) }
  return (batches.flatMap(values), batches.flatMap(\.labels))
}

@Suite(.timeLimit(.minutes(2))) struct TrainingLoaderTests {
  @Test(arguments: [1, 2, 4], [1, 3])
  func ownersTogetherHaveTheGlobalBatch(owners: Int, workers: Int) throws {
    let dataset = NumberedImages(count: 43)
    let single = try loader(dataset, workers: 1)
    let share = 4 / owners
    let several = try (0..<owners).map {
      try loader(dataset, owned: $0 * share..<($0 + 1) * share, workers: workers)
    }
    for step in 0..<14 {
      let (one, all) = try (joined([single], step: step), joined(several, step: step))
      #expect(one.0 == all.0 && one.1 == all.1, "step \(step)")
    }
  }

  @Test func unequalOwnersTogetherHaveTheGlobalBatch() throws {
    let dataset = NumberedImages(count: 43)
    let three = try [0..<1, 1..<2, 2..<4].map { try loader(dataset, owned: $0) }
    let (one, all) = try (joined([loader(dataset)], step: 3), joined(three, step: 3))
    #expect(one.0 == all.0 && one.1 == all.1)
  }

  @Test func stepsInAnyOrderGiveTheSameBatches() throws {
    let dataset = NumberedImages(count: 50)
    let steps = [0, 1, 2, 3, 17, 4, 4, 100, 5, 6, 0, 7]
    let continued = try loader(dataset)
    for step in steps {
      let fresh = try loader(dataset, workers: 1).batch(at: step)
      let batch = try continued.batch(at: step)
      #expect(values(batch) == values(fresh) && batch.labels == fresh.labels, "step \(step)")
    }
  }

  @Test func anEpochVisitsEachImageOnceAndTheNextInAnotherOrder() throws {
    let dataset = NumberedImages(count: 50)
    let indices = Array(stride(from: 3, to: 50, by: 2))
    let loader = try loader(dataset, indices: indices, augmentation: .none)
    #expect(loader.stepsPerEpoch == 3)
    let epochs = try (0..<4).map { epoch in
      try (0..<3).flatMap { images(try loader.batch(at: epoch * 3 + $0), of: dataset) }
    }
    for visited in epochs {
      #expect(visited.count == 24 && Set(visited) == Set(indices))
    }
    #expect(Set(epochs).count == 4)
  }

  @Test func whatIsLeftOverSitsOut() throws {
    let dataset = NumberedImages(count: 21)
    let loader = try loader(dataset, augmentation: .none)
    #expect(loader.stepsPerEpoch == 2)
    let visited = try (0..<2).flatMap { images(try loader.batch(at: $0), of: dataset) }
    #expect(Set(visited).count == 16)
  }

  @Test(arguments: [2, 3]) func shrunkPixelsAreMeansOfSquares(factor: Int) throws {
    let (height, width) = (3, 4)
    let shape = ImageShape(channels: 3, height: height * factor, width: width * factor)
    let images = SyntheticImages(shape: shape, classes: 2, count: 20, seed: 5)
    let batch = try loader(images).batch(at: 1)
    let small = batch.shrunk(by: factor)
    #expect(small.shape == ImageShape(channels: 3, height: height, width: width))
    #expect(small.labels == batch.labels && small.shrunkBy == factor && batch.shrunkBy == 1)
    let (pixels, means) = (values(batch), values(small))
    try #require(means.count == batch.count * height * width * 3)
    for image in 0..<batch.count {
      for (row, column, channel) in everyPlace(in: small.shape) {
        let square = (0..<factor * factor).map { place in
          let line = image * shape.height + row * factor + place / factor
          return pixels[(line * shape.width + column * factor + place % factor) * 3 + channel]
        }
        let mean = means[((image * height + row) * width + column) * 3 + channel]
        #expect(abs(mean - square.reduce(0, +) / Float(factor * factor)) < 1e-6)
        #expect(Set(square).count > 1, "pixels differ")
      }
    }
    #expect(values(batch.shrunk(by: 1)) == pixels)
  }

  private func everyPlace(in shape: ImageShape) -> [(row: Int, column: Int, channel: Int)] {
    (0..<shape.height).flatMap { row in
      (0..<shape.width).flatMap { column in
        (0..<shape.channels).map { (row, column, $0) }
      }
    }
  }

  @Test func labelsBelongToTheirImages() throws {
    let dataset = NumberedImages(count: 40)
    let batch = try loader(dataset, augmentation: .none).batch(at: 2)
    #expect(batch.count == 8 && batch.shape == dataset.shape)
    #expect(batch.labels == images(batch, of: dataset).map { Int32($0 % 2) })
  }

  @Test func theSeedDecidesTheOrder() throws {
    let dataset = NumberedImages(count: 40)
    let batches = try [1, 1, 2].map {
      images(try loader(dataset, seed: $0, augmentation: .none).batch(at: 0), of: dataset)
    }
    #expect(batches[0] == batches[1] && batches[0] != batches[2])
  }

  @Test func aBatchLargerThanTheImagesIsRefused() throws {
    let error = #expect(throws: DatasetError.self) { try loader(NumberedImages(count: 7)) }
    #expect(error?.description == "a batch of 8 is more than the 7 training images.")
  }

  @Test func readingRunsAheadAndNotFurtherThanFourBatches() throws {
    let dataset = NumberedImages(count: 200)
    let loader = try loader(dataset)
    _ = try loader.batch(at: 0)
    for _ in 0..<40 { #expect(dataset.reads.wait(timeout: .now() + 60) == .success) }
    loader.shutdown()
    #expect(dataset.readCount == 40)
  }

  @Test func aLoaderThatGoesAwayStopsReading() throws {
    let dataset = NumberedImages(count: 200)
    _ = try loader(dataset).batch(at: 0)
    let count = dataset.readCount
    Thread.sleep(forTimeInterval: 0.05)
    #expect(dataset.readCount == count)
  }
}
