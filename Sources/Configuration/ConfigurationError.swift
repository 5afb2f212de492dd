/// Why a configuration was refused: where, and one sentence.
public struct ConfigurationError: Error, CustomStringConvertible, Hashable, Sendable {
  /// Where the refused text stands: `run.yaml:7`, `run.yaml`, or `--set search.population=0`.
  public let place: String
  /// What is wrong there and what would be right, without a final full stop.
  public let sentence: String
  /// The process status of a usage or configuration error.
  public let exitCode: Int32 = 2

  /// The place and the sentence, as a compiler would print them.
  public var description: String { "\(place): \(sentence)" }

  init(_ place: Place, _ sentence: String) {
    self.place = place.description
    self.sentence = sentence
  }
}
