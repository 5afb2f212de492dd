import Foundation

extension DocumentNode {
  /// Lays `path.to.key=value`, as given to `--set`, over the tree.
  ///
  /// A value in brackets is a YAML list; any other is taken literally, so nothing needs quotes
  /// besides what the shell asks for.
  mutating func apply(override text: String) throws(ConfigurationError) {
    let place = Place.override(text)
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let path = parts[0].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    let keys = RunConfiguration.keys(of: path[...])
    guard parts.count == 2, !path.contains("") else {
      throw ConfigurationError(
        place, "an override is written key=value, for example search.population=40")
    }
    let value = try DocumentNode(overrideValue: String(parts[1]), place: place)
    try set(value, at: keys[...], place: place)
  }

  private init(overrideValue text: String, place: Place) throws(ConfigurationError) {
    let trimmed = text.trimmingCharacters(in: .whitespaces)
    guard trimmed.hasPrefix("[") else {
      self = .scalar(trimmed, isQuoted: false)
      return
    }
    do {
      self = try DocumentNode.parse(trimmed, fileName: "")
    } catch {
      throw ConfigurationError(place, error.sentence)
    }
  }

  private mutating func set(
    _ value: DocumentNode, at keys: ArraySlice<String>, place: Place
  ) throws(ConfigurationError) {
    guard let key = keys.first else {
      self = value
      return
    }
    var members = try membersToOverride(key: key, place: place)
    var member =
      members.first { $0.key == key } ?? Member(key: key, place: place, value: .section([]))
    try member.value.set(value, at: keys.dropFirst(), place: place)
    if keys.count == 1 { member.place = place }
    members.removeAll { $0.key == key }
    members.append(member)
    self = .section(members)
  }

  private func membersToOverride(
    key: String, place: Place
  ) throws(ConfigurationError) -> [Member] {
    if case .section(let members) = self { return members }
    if isEmpty { return [] }
    throw ConfigurationError(
      place, "the configuration file gives a value here, not a section with a key '\(key)'")
  }
}
