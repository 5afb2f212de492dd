import Foundation
import Supernet
import Testing
import Training

/// A short training whose losses are written down, to see when anything changes what a training does.
///
/// The portable kernels round every product and sum apart, so that the losses are the same on every
/// machine; as floats, since the C library's logarithm may differ in the last bit of a double. After a
/// change that is meant to change them, `VERNIER_RECORD=1 swift test --filter GoldenLossTests` prints
/// the new list, and fails.
@Suite struct GoldenLossTests {
  private static let recorded: [Float] = [
    0x1.05ff1p+1, 0x1.1220bp+1, 0x1.1941c8p+1, 0x1.0c973p+1,
    0x1.0afeaap+1, 0x1.0cc1e4p+1, 0x1.06f8a8p+1, 0x1.0f287ep+1,
    0x1.075d8ap+1, 0x1.1a3ebep+1, 0x1.0be31p+1, 0x1.0a398ep+1,
  ]

  @Test func lossesAreThoseWrittenDown() throws {
    var training = SmallTraining(kernels: .portable)
    training.schedule = LearningRateSchedule(
      peak: 0.125, warmupSteps: 3, totalSteps: 12, curve: .linear(final: 0))
    let losses = try training.run { trainer in
      try (0..<12).map { _ in Float(try trainer.advance(request: .none).loss) }
    }[0]
    if ProcessInfo.processInfo.environment["VERNIER_RECORD"] != nil {
      print(losses.map { String(format: "%a", Double($0)) }.joined(separator: ", "))
      Issue.record("the losses above are the new list")
    }
    #expect(losses == Self.recorded)
  }
}
