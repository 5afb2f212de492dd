import Configuration
import Datasets
import Foundation
import Randomness
import Training

/// The images of a run: where they are and which serve for what.
struct Images {
  let training: any Dataset
  let test: any Dataset
  let split: ValidationSplit
  private let configuration: RunConfiguration.Data
  private let calibration: [Int]
  private let calibrationBatch, scoringBatch: Int
  private let damage = Damage()
  private let isSpeaking: Bool

  /// Opens the data of a configuration; images are read later.
  ///
  /// - Parameter isSpeaking: tell of damage that every rank finds.
  init(_ configuration: RunConfiguration, isSpeaking: Bool) throws {
    self.isSpeaking = isSpeaking
    let data = configuration.data
    self.configuration = data
    calibrationBatch = configuration.calibration.batch
    scoringBatch = configuration.search.batch
    (training, test) = try Images.open(data, seed: configuration.run.seed)
    let wanted = ImageShape(
      channels: data.image.channels, height: data.image.height, width: data.image.width)
    guard training.shape == wanted, test.shape == wanted else {
      throw DatasetError.invalid(
        problem: "\(data.path) holds images of \(training.shape), but data.image says \(wanted)")
    }
    split = try ValidationSplit(of: training, heldOut: data.heldOut, seed: configuration.run.seed)
    for (key, wanted, count) in [
      ("calibration.images", configuration.calibration.images, split.training.count),
      ("supernet.batch", configuration.supernet.recipe.batch, split.training.count),
      ("retrain.batch", configuration.retrain.recipe.batch, training.count),
    ] where wanted > count {
      throw DatasetError.invalid(
        problem:
          "\(key) (\(wanted)) is more than the \(count) images to train on; give at most that")
    }
    var stream = RandomStream(seed: configuration.run.seed, purpose: .calibration)
    let order = stream.permutation(of: split.training.count)
    calibration = order.prefix(configuration.calibration.images).map { [split] in
      split.training[$0]
    }
  }

  private static func open(
    _ data: RunConfiguration.Data, seed: UInt64
  ) throws -> (any Dataset, any Dataset) {
    let shape = ImageShape(
      channels: data.image.channels, height: data.image.height, width: data.image.width)
    switch data.format {
    case .idx:
      let training = try IDXDataset.open(folder: data.path, split: .train)
      return (
        training,
        try IDXDataset.open(folder: data.path, split: .test, classes: training.classes)
      )
    case .jpeg:
      let hasTest = FileManager.default.fileExists(atPath: data.path + "/test")
      return (
        try JPEGFolder.open(root: data.path, split: .train, shape: shape),
        try JPEGFolder.open(root: data.path, split: hasTest ? .test : .val, shape: shape)
      )
    case .synthetic:
      return (
        SyntheticImages(shape: shape, classes: data.classes, count: data.count.train, seed: seed),
        SyntheticImages(
          shape: shape, classes: data.classes, count: data.count.test, seed: seed, split: .test)
      )
    }
  }

  /// How pixels become numbers.
  var normalization: Normalization {
    Normalization(
      mean: configuration.mean.map { Float($0) },
      deviation: configuration.deviation.map { Float($0) })
  }

  /// What happens to training images.
  var augmentation: Augmentation {
    Augmentation(pad: configuration.augment.pad, flip: configuration.augment.flip)
  }

  /// The policy for images that cannot be decoded.
  var onDamage: DamagePolicy { configuration.damaged == .stop ? .stop : .skip }

  /// Batches for a training on some of the training images.
  func loader(
    _ indices: [Int], batch: Int, shards: Int, owned: Range<Int>, seed: UInt64
  ) throws(DatasetError) -> TrainingLoader {
    try TrainingLoader(
      dataset: training, indices: indices, augmentation: augmentation,
      normalization: normalization, seed: seed, globalBatch: batch, shards: shards,
      ownedShards: owned, workers: configuration.workers, onDamage: onDamage)
  }

  /// The training images on which batch normalisation is calibrated, the same for every network.
  func calibrationImages() throws(DatasetError) -> Evaluator.Images {
    try fixed(training, calibration, batch: calibrationBatch)
  }

  /// The training images that no supernet trains on, for scores.
  func heldOutImages() throws(DatasetError) -> Evaluator.Images {
    try fixed(training, split.heldOut, batch: scoringBatch)
  }

  /// The test set.
  func testImages() throws(DatasetError) -> Evaluator.Images {
    try fixed(test, Array(0..<test.count), batch: scoringBatch)
  }

  private func fixed(
    _ dataset: any Dataset, _ indices: [Int], batch: Int
  ) throws(DatasetError) -> Evaluator.Images {
    let images = try FixedImages(
      dataset: dataset, indices: indices, normalization: normalization,
      workers: configuration.workers, onDamage: onDamage)
    // All ranks read these images, so one tells.
    if isSpeaking { report(damaged: images.damaged) }
    return Evaluator.Images(images, batch: batch)
  }

  /// Tells which images were skipped, each once.
  func report(damaged names: [String]) {
    for name in names where damage.names.insert(name).inserted {
      complain("vernier: \(name) is damaged and was skipped")
    }
  }

  /// The images that were told to be damaged.
  private final class Damage {
    var names: Set<String> = []
  }
}
