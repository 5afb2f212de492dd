/// What changed between the configuration a run was started with and the one it is resumed with.
public struct ConfigurationDifference: Equatable, Sendable {
  /// One setting: its dotted path, for example `search.population`, and its value as YAML.
  public typealias Setting = (path: String, value: String)

  /// `- path: value` for what the run has, `+ path: value` for what was given; a changed setting has both,
  /// one after the other.
  public let lines: [String]

  /// Compares settings by path; their order only orders the lines.
  public init(saved: [Setting], given: [Setting]) {
    let savedValues = Self.values(saved)
    let givenValues = Self.values(given)
    var lines: [String] = []
    for (path, value) in saved where givenValues[path] != value {
      lines.append("- \(path): \(value)")
      if let other = givenValues[path] { lines.append("+ \(path): \(other)") }
    }
    for (path, value) in given where savedValues[path] == nil {
      lines.append("+ \(path): \(value)")
    }
    self.lines = lines
  }

  /// Refuses to go on when anything differs.
  ///
  /// - Parameter run: the run's folder, for the message.
  public func requireNone(in run: String) throws(RunError) {
    if !lines.isEmpty {
      throw .configurationDiffers(path: run, difference: lines.joined(separator: "\n"))
    }
  }

  private static func values(_ settings: [Setting]) -> [String: String] {
    Dictionary(settings.map { ($0.path, $0.value) }) { _, last in last }
  }
}
