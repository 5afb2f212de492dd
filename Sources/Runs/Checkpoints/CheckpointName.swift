/// The name of a checkpoint's folder: its phase and step, and whether a later save of the same step took
/// its place.
struct CheckpointName: Equatable {
  let phase: String
  let step: Int
  let isReplaced: Bool

  init(phase: String, step: Int, isReplaced: Bool = false) {
    self.phase = phase
    self.step = step
    self.isReplaced = isReplaced
  }

  /// `nil` for folders that are something else.
  init?(_ text: String) {
    let isReplaced = text.hasSuffix(Self.replacedSuffix)
    let plain = isReplaced ? text.dropLast(Self.replacedSuffix.count) : text[...]
    guard let digits = plain.split(separator: "-").last, let step = Int(digits), step >= 0 else {
      return nil
    }
    let phase = plain.dropLast(digits.count + Self.separator.count)
    self.init(phase: String(phase), step: step, isReplaced: isReplaced)
    guard !phase.isEmpty, self.text == text else { return nil }
  }

  /// For example `supernet-step-00012500`.
  var text: String {
    let digits = String(step)
    let zeros = String(repeating: "0", count: max(0, 8 - digits.count))
    return phase + Self.separator + zeros + digits + (isReplaced ? Self.replacedSuffix : "")
  }

  /// The same checkpoint after a later save of its step.
  var replaced: CheckpointName { CheckpointName(phase: phase, step: step, isReplaced: true) }

  /// Whether to prefer this one of two of the same phase.
  func isNewer(than other: CheckpointName) -> Bool {
    step != other.step ? step > other.step : !isReplaced && other.isReplaced
  }

  private static let separator = "-step-"
  private static let replacedSuffix = ".replaced"
}
