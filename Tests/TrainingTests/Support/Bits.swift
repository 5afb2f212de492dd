import Engine
import Supernet
import Testing
import Training

/// Floats to be compared bit by bit; said in one line when they differ.
struct Bits: Equatable, Sendable, CustomTestStringConvertible {
  var values: [Float]

  init(_ values: [Float]) { self.values = values }

  init(_ block: AlignedStorage<Float>) { values = block.withElements { Array($0) } }

  static func == (left: Self, right: Self) -> Bool {
    left.values.count == right.values.count
      && zip(left.values, right.values).allSatisfy { $0.bitPattern == $1.bitPattern }
  }

  var testDescription: String {
    let digest = values.reduce(UInt64(values.count)) { $0 &* 31 &+ UInt64($1.bitPattern) }
    return "\(values.count) floats with digest \(digest)"
  }
}

/// All that a step may change.
struct Weights: Equatable, Sendable {
  var parameters, momenta: Bits

  init(of trainer: Trainer) {
    parameters = Bits(trainer.parameters)
    momenta = Bits(trainer.momenta)
  }

  func copy(into trainer: Trainer) {
    trainer.parameters.withMutableElements { _ = $0.update(fromContentsOf: parameters.values) }
    trainer.momenta.withMutableElements { _ = $0.update(fromContentsOf: momenta.values) }
  }
}

/// What a training leaves behind that no number of ranks or threads may change.
struct Outcome: Equatable, Sendable {
  var weights: Weights
  var losses: [UInt64]
  var accuracies: [UInt64]
  var records: LossRecords?

  /// Trains to the end, from wherever the trainer is.
  init(finishing trainer: Trainer) throws {
    losses = []
    accuracies = []
    while !trainer.isFinished {
      let report = try trainer.advance(request: .none)
      losses.append(report.loss.bitPattern)
      accuracies.append(report.top1.bitPattern)
    }
    weights = Weights(of: trainer)
    records = trainer.records
  }
}
