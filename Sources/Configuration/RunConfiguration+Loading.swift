import Foundation

extension RunConfiguration {
  /// Reads a file, lays overrides over it, fills in defaults and checks the whole.
  ///
  /// - Parameters:
  ///   - file: the path of a YAML file.
  ///   - overrides: texts such as `search.population=40`, later ones win.
  ///   - environment: where a variable at the start of `data.path` is looked up.
  public static func load(
    file: String, overrides: [String] = [],
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(ConfigurationError) -> RunConfiguration {
    let bytes: Foundation.Data
    do {
      bytes = try Foundation.Data(contentsOf: URL(fileURLWithPath: file))
    } catch {
      throw ConfigurationError(.file(file), "this configuration file cannot be read")
    }
    guard let text = String(data: bytes, encoding: .utf8) else {
      throw ConfigurationError(.file(file), "this configuration file is not text in UTF-8")
    }
    return try parse(
      text: text, fileName: file, overrides: overrides, environment: environment)
  }

  /// As `load`, from text; errors call it `fileName`.
  public static func parse(
    text: String, fileName: String = "configuration", overrides: [String] = [],
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(ConfigurationError) -> RunConfiguration {
    try parse(
      text: text, fileName: fileName, overrides: overrides, environment: environment,
      defaults: defaults)
  }

  /// What a run's folder says it was started with; keys that the version which wrote it did not have yet mean what that
  /// version did.
  public static func parse(
    stored text: String, fileName: String
  ) throws(ConfigurationError) -> RunConfiguration {
    var older = defaults
    older.supernet.temperature = 1
    return try parse(
      text: text, fileName: fileName, overrides: [], environment: [:], defaults: older)
  }

  private static func parse(
    text: String, fileName: String, overrides: [String], environment: [String: String],
    defaults: RunConfiguration
  ) throws(ConfigurationError) -> RunConfiguration {
    var document = try DocumentNode.parse(text, fileName: fileName)
    for override in overrides { try document.apply(override: override) }

    var configuration = defaults
    var reading = Reading()
    let place = Place.file(fileName)
    let root = DocumentNode.Member(key: "", place: place, value: document)
    try configuration.read(Slot(path: "", member: root, enclosing: place), &reading)
    configuration.data.path = try configuration.data.path.expanded(
      environment, key: "data.path", at: reading.places["data.path"] ?? place)
    configuration.supernet.from = try configuration.supernet.from?.expanded(
      environment, key: "supernet.from", at: reading.places["supernet.from"] ?? place)
    try configuration.checkConsistency(reading.places, otherwise: place)
    return configuration
  }

}

extension String {
  /// The path with a variable or `~` at its start replaced.
  fileprivate func expanded(
    _ environment: [String: String], key: String, at place: Place
  ) throws(ConfigurationError) -> String {
    var path = self
    if let match = path.prefixMatch(of: /\$(?:\{([A-Za-z0-9_]+)\}|([A-Za-z0-9_]+))/) {
      let name = String(match.1 ?? match.2 ?? "")
      guard let value = environment[name], !value.isEmpty else {
        throw ConfigurationError(
          place, "\(key) needs the environment variable \(name), which is not set or empty")
      }
      path.replaceSubrange(match.range, with: value)
    }
    if path == "~" || path.hasPrefix("~/"), let home = environment["HOME"] {
      path.replaceSubrange(...path.startIndex, with: home)
    }
    return path
  }
}
