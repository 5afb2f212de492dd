import Foundation
import TestSupport

/// Of the images of `tinyRun`, in pixels.
var tinySide: Int { side }

#if DEBUG
  private let (side, supernetEpochs, retrainEpochs) = (8, 3, 1)
#else
  private let (side, supernetEpochs, retrainEpochs) = (16, 6, 3)
#endif

/// A whole run in a second or a few: few made images, less work in debug, and a real network.
let tinyRun = """
  run: {name: tiny, seed: 3}
  data:
    format: synthetic
    image: {channels: 3, height: \(side), width: \(side)}
    classes: 3
    count: {train: 80, test: 40}
    held_out: 16
    augment: {pad: 1, flip: true}
  network: {name: vgg-small}
  cluster: {shards: 4}
  engine: {threads: 1}
  supernet: {sharing: bcnet, records: {part: 50%}, small_images: {epochs: 1}, epochs: \(supernetEpochs), batch: 16}
  calibration: {images: 16, batch: 16}
  search: {population: 6, generations: 3, budget: {macs: 60%, lowest: 60%}, batch: 16}
  retrain: {epochs: \(retrainEpochs), batch: 16, also: [base, uniform]}
  checkpoint: {every: 3st, keep: 3}
  log: {every: 1}
  """

/// Steps of `tinyRun`: training images a phase has, by images a step, by epochs.
enum TinySteps {
  static let supernet = (80 - 16) / 16 * supernetEpochs
  static let retrain = 80 / 16 * retrainEpochs
  /// The winner and two reference networks, one log.
  static let allRetraining = 3 * retrain
}

/// `tinyRun`, never stopped, on one rank.
enum Reference {
  static let traces = Result {
    let place = try Workplace()
    let outcome = try place.vernier("run", "run.yaml")
    guard outcome.exitCode == 0 else { throw Overdue(description: "\(outcome)") }
    return try place.run.traces()
  }
}
