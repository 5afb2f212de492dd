import Training

/// What a person sees of a run: a bar on a terminal, a plain line every few seconds elsewhere.
///
/// Only rank 0 speaks.
final class Progress {
  private let isSpeaking: Bool
  private let isTerminal = isWatchedOnTerminal
  private var phase = ""
  private var first = 0
  private var total = 0
  private var work: (Int) -> Double = Double.init
  private var watch = Stopwatch()
  private var sinceLine = Stopwatch()
  private var window = Window()
  private var hasBar = false

  /// Seconds between two plain lines.
  private static let lineSeconds = 5.0
  /// Seconds between two drawings of the bar.
  private static let barSeconds = 0.2

  init(isSpeaking: Bool) {
    self.isSpeaking = isSpeaking
  }

  /// Sums since the last line.
  private struct Window {
    var steps = 0
    var loss = 0.0
    var top1 = 0.0
    var seconds = 0.0
    var waitSeconds = 0.0
    var communicationSeconds = 0.0
  }

  /// A phase begins at a step of so many.
  ///
  /// - Parameter work: what the first steps cost, for the time that is left; each the same by default.
  func begin(
    _ phase: String, step: Int, of total: Int, work: @escaping (Int) -> Double = Double.init
  ) {
    self.work = work
    self.phase = phase
    first = step
    self.total = total
    watch = Stopwatch()
    sinceLine = Stopwatch()
    window = Window()
  }

  /// One training step was done.
  func update(_ report: StepReport, batch: Int) {
    guard isSpeaking else { return }
    window.steps += 1
    window.loss += report.loss
    window.top1 += report.top1
    window.seconds += report.seconds
    window.waitSeconds += report.waitSeconds
    window.communicationSeconds += report.communicationSeconds
    let pause = isTerminal ? Self.barSeconds : Self.lineSeconds
    guard sinceLine.seconds >= pause || report.step == total else { return }
    let steps = Double(window.steps)
    let rate = Double(batch) * steps / window.seconds
    line(
      done: report.step,
      "\(grouped(Int(rate))) images/s  loss \(fixed(window.loss / steps, 3))  "
        + "top-1 \(percent(window.top1 / steps))  "
        + "wait \(percent(window.waitSeconds / window.seconds, 0))  "
        + "comm \(percent(window.communicationSeconds / window.seconds, 0))")
    window = Window()
  }

  /// One candidate, network or other item was done.
  func update(done: Int, _ text: String) {
    guard isSpeaking else { return }
    let pause = isTerminal ? Self.barSeconds : Self.lineSeconds
    guard sinceLine.seconds >= pause || done == total else { return }
    line(done: done, text)
  }

  private func line(done: Int, _ text: String) {
    sinceLine = Stopwatch()
    let left =
      done == first
      ? 0 : watch.seconds / (work(done) - work(first)) * (work(total) - work(done))
    let figures =
      "\(phase.padded(to: 16)) \("\(done)".padded(to: "\(total)".count, atStart: true))/\(total)  "
      + "\(text)  left \(clock(left))"
    if isTerminal {
      let width = 24
      let filled = total == 0 ? width : min(width, width * done / total)
      let bar =
        String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
      show("\r\u{1B}[K\(bar) \(figures)", terminator: "")
      hasBar = true
    } else {
      show(figures)
    }
  }

  /// The phase is over.
  func end() {
    closeBar()
  }

  /// A sentence of its own.
  func note(_ text: String) {
    guard isSpeaking else { return }
    closeBar()
    show(text)
  }

  private func closeBar() {
    if hasBar { show("") }
    hasBar = false
  }
}
