import Runs
import Training

/// Averages of training figures since the last row of the log.
struct TrainingFigures {
  private let phase: String
  private let batch: Int
  private var steps = 0
  private var loss = 0.0
  private var top1 = 0.0
  private var seconds = 0.0
  private var waitSeconds = 0.0
  private var communicationSeconds = 0.0
  private var bytesSent = 0
  private var last: StepReport?

  init(phase: String, batch: Int) {
    self.phase = phase
    self.batch = batch
  }

  mutating func add(_ report: StepReport) {
    steps += 1
    loss += report.loss
    top1 += report.top1
    seconds += report.seconds
    waitSeconds += report.waitSeconds
    communicationSeconds += report.communicationSeconds
    bytesSent += report.bytesSent
    last = report
  }

  /// One row of the log; the averages start anew.
  mutating func takeFields(stepsPerEpoch: Int) -> [String: MetricValue] {
    defer { self = TrainingFigures(phase: phase, batch: batch) }
    let count = Double(max(1, steps))
    return [
      "phase": .text(phase),
      "epoch": .number(Double(last?.step ?? 0) / Double(stepsPerEpoch)),
      "images": .integer((last?.step ?? 0) * batch),
      "steps": .integer(steps),
      "train/loss": .number(loss / count),
      "train/top1": .number(top1 / count),
      "lr": .number(last?.rate ?? 0),
      "widths": .text(
        last?.passes.map { "\($0.widths)" }.joined(separator: " ") ?? ""),
      "time/step": .number(seconds / count),
      "time/data_wait": .number(waitSeconds / count),
      "time/communication": .number(communicationSeconds / count),
      "comm/bytes": .integer(bytesSent / max(1, steps)),
    ]
  }
}
