/// Where a run stands, as one line that a person or a script reads from the file `STATUS`.
public struct RunStatus: Equatable, Sendable {
  /// How the run's last process fares or ended.
  public enum State: String, CaseIterable, Sendable {
    case running, done, failed, preempted
  }

  /// How the run's last process fares or ended.
  public let state: State
  /// What it was doing; one word.
  public let phase: String
  /// How many steps of the phase were done when this was written.
  public let step: Int

  /// A state at a step of a phase.
  public init(_ state: State, phase: String, step: Int) {
    precondition(!phase.isEmpty && !phase.contains(" "), "a phase is a word, not \(phase)")
    self.state = state
    self.phase = phase
    self.step = step
  }

  /// Reads `text`; `nil` for anything that `text` never is.
  init?(_ text: some StringProtocol) {
    let words = text.split(separator: " ")
    guard words.count == 4, words[2] == "step",
      let state = State(rawValue: String(words[0])), let step = Int(words[3])
    else { return nil }
    self.init(state, phase: String(words[1]), step: step)
  }

  /// For example `running supernet step 1200`.
  public var text: String { "\(state.rawValue) \(phase) step \(step)" }
}
