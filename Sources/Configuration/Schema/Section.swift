/// A part of a configuration that is described by a table of fields.
protocol Section: Codable, Hashable, Sendable {
  /// In the order in which they are read and written.
  static var fields: [Field<Self>] { get }

  /// Sets the defaults that depend on keys before them, for keys that were not given; any number of times.
  mutating func fillDefaults(given: Set<String>)
}

extension Section {
  mutating func fillDefaults(given: Set<String>) {}

  /// Reads a section over the defaults that `self` holds.
  mutating func read(_ slot: Slot, _ reading: inout Reading) throws(ConfigurationError) {
    let members = try slot.sectionMembers()
    let given = Set(members.map(\.key))
    for member in members { try Self.checkName(member, of: slot.path) }
    for field in Self.fields {
      let child = Slot(
        path: slot.path.appending(key: field.name),
        member: members.first { $0.key == field.name }, enclosing: slot.place)
      // What a condition asks about may be a default that hangs on a key before it.
      fillDefaults(given: given)
      if let condition = field.condition, !condition.holds(self) {
        try child.refuseIfGiven(condition.words)
      } else {
        try field.read(child, &self, &reading)
      }
    }
    fillDefaults(given: given)
  }

  /// Every key that has a meaning here, in table order.
  func written(below keys: [String]) -> [WrittenKey] {
    Self.fields.filter { $0.condition?.holds(self) ?? true }
      .flatMap { $0.write(self, keys + [$0.name]) }
  }

  /// The keys that the parts of a path with dots name, whether they exist or not.
  static func keys(of parts: ArraySlice<String>) -> [String] {
    guard let first = parts.first else { return [] }
    let field = fields.first { $0.name == first }
    return [first] + (field?.keys(parts.dropFirst()) ?? Array(parts.dropFirst()))
  }

  /// Every key there is, in table order, with `self` as the defaults.
  func documented(below path: String) -> [KeyReference] {
    Self.fields.flatMap { $0.document(self, path.appending(key: $0.name)) }
  }

  private static func checkName(
    _ member: DocumentNode.Member, of path: String
  ) throws(ConfigurationError) {
    let names = fields.map(\.name)
    if names.contains(member.key) { return }
    let section = path.isEmpty ? "at the top level" : "in '\(path)'"
    throw ConfigurationError(
      member.place, "unknown key '\(member.key)' \(section); \(hint(for: member.key, names))")
  }

  /// The nearest key here, else the same key elsewhere, else all keys here.
  private static func hint(for key: String, _ names: [String]) -> String {
    if let nearest = NearestName.of(key, among: names) { return "did you mean '\(nearest)'?" }
    let elsewhere = RunConfiguration.reference.map(\.path).filter { $0.hasSuffix(".\(key)") }
    if !elsewhere.isEmpty {
      return "did you mean \(elsewhere.map { "'\($0)'" }.joined(separator: " or "))?"
    }
    return "the keys there are \(names.joined(separator: ", "))"
  }
}

extension Slot {
  func sectionMembers() throws(ConfigurationError) -> [DocumentNode.Member] {
    guard let value = member?.value, !value.isEmpty else { return [] }
    guard case .section(let members) = value else {
      let name = path.isEmpty ? "a configuration" : path
      throw ConfigurationError(
        place, "\(name) must be a section of keys, but it is \(value.description)")
    }
    return members
  }

  fileprivate func refuseIfGiven(_ words: String) throws(ConfigurationError) {
    guard let member else { return }
    throw ConfigurationError(member.place, "\(path) is only for \(words)")
  }
}

extension String {
  /// `self.key`, or `key` at the top.
  func appending(key: String) -> String { isEmpty ? key : "\(self).\(key)" }
}
