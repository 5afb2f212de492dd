import Datasets
import Randomness
import Testing

private let normalization = Normalization(mean: [0.1, 0.5, 0.9], deviation: [0.2, 0.25, 0.5])

private func loader(
  _ dataset: NumberedImages, _ augmentation: Augmentation, seed: UInt64
) throws(DatasetError) -> TrainingLoader {
  try TrainingLoader(
    dataset: dataset, indices: Array(0..<dataset.count), augmentation: augmentation,
    normalization: normalization, seed: seed, globalBatch: dataset.count, shards: 1,
    ownedShards: 0..<1, workers: 1, onDamage: .stop)
}

/// Pads in fact, then crops, then mirrors, then normalises.
private func naive(
  _ dataset: NumberedImages, _ index: Int, _ augmentation: Augmentation, seed: UInt64, epoch: Int
) -> [Float] {
  let (shape, pad) = (dataset.shape, augmentation.pad)
  var padded = Array(
    repeating: Array(repeating: [UInt8](repeating: 0, count: 3), count: shape.width + 2 * pad),
    count: shape.height + 2 * pad)
  for row in 0..<shape.height {
    for column in 0..<shape.width {
      let start = (row * shape.width + column) * 3
      padded[row + pad][column + pad] = (0..<3).map { dataset.byte(index, start + $0) }
    }
  }
  var stream = RandomStream(seed: seed, purpose: .augmentation, step: epoch, index: index)
  let top = stream.integer(below: 2 * pad + 1)
  let left = stream.integer(below: 2 * pad + 1)
  let isMirrored = augmentation.flip && stream.next() % 2 == 1
  return padded[top..<top + shape.height].flatMap { row in
    let crop = Array(row[left..<left + shape.width])
    return (isMirrored ? crop.reversed() : crop).flatMap { pixel in
      (0..<3).map {
        (Float(pixel[$0]) / 255 - normalization.mean[$0]) / normalization.deviation[$0]
      }
    }
  }
}

@Suite struct AugmentationTests {
  @Test(
    arguments: [
      Augmentation.none, Augmentation(pad: 2, flip: false), Augmentation(pad: 0, flip: true),
      Augmentation(pad: 4, flip: true), Augmentation(pad: 9, flip: true),
    ], [UInt64(1), 77])
  func agreesWithPaddingInFact(augmentation: Augmentation, seed: UInt64) throws {
    let dataset = NumberedImages(count: 40)
    let loader = try loader(dataset, augmentation, seed: seed)
    for epoch in 0..<3 {
      let order = EpochOrder(seed: seed, count: 40).permutation(epoch: epoch)
      let wanted = order.flatMap {
        naive(dataset, $0, augmentation, seed: seed, epoch: epoch)
      }
      #expect(try values(loader.batch(at: epoch)) == wanted)
    }
  }

  @Test func numbersThatDoNotFitAreRefused() throws {
    for (mean, deviation, words) in [
      ([0.5], [0.5], "images of 3 channels need as many means and deviations, not 1 and 1."),
      ([0, 0, 0], [1, 1, 0], "means must be finite and deviations above zero."),
      ([0, 0, Float.nan], [1, 1, 1], "means must be finite and deviations above zero."),
    ] as [([Float], [Float], String)] {
      let error = #expect(throws: DatasetError.self) {
        try FixedImages(
          dataset: NumberedImages(count: 4), indices: [0],
          normalization: Normalization(mean: mean, deviation: deviation), workers: 1,
          onDamage: .stop)
      }
      #expect(error?.description == words)
    }
  }
}
