/// One key of a section: how it is read, checked, written and documented.
///
/// The tables of fields are the schema; there is no second description to keep in step.
struct Field<Root: Sendable>: Sendable {
  let name: String
  /// When the key has a meaning; nil for always.
  var condition: Condition<Root>?
  /// Reads the slot into the root, or leaves the default there.
  let read: @Sendable (Slot, inout Root, inout Reading) throws(ConfigurationError) -> Void
  /// The canonical text of each key at and below this field.
  let write: @Sendable (Root, _ keys: [String]) -> [WrittenKey]
  /// The documentation of each key at and below this field.
  let document: @Sendable (_ default: Root, _ path: String) -> [KeyReference]
  /// The keys below this field that the parts of a path with dots name.
  var keys: @Sendable (_ parts: ArraySlice<String>) -> [String] = { Array($0) }
}

/// A key makes sense only beside certain values of another key that is read before it.
struct Condition<Root>: Sendable {
  /// Completes "only for ...".
  let words: String
  let holds: @Sendable (Root) -> Bool
}

/// A value and where it stands, on its way from the tree into a section.
struct Slot: Sendable {
  let path: String
  /// Nil when the configuration does not mention the key.
  let member: DocumentNode.Member?
  /// The section's place, for what is missing in it.
  let enclosing: Place

  var place: Place { member?.place ?? enclosing }
}

/// What was learned while reading: where each key was given.
struct Reading: Sendable {
  var places: [String: Place] = [:]
}

/// A key and its canonical text.
struct WrittenKey: Sendable {
  /// Those of its sections, then its own.
  let keys: [String]
  let text: String

  var path: String { keys.joined(separator: ".") }
}

extension Field {
  /// A key that holds one value.
  static func value<Value: ConfigurationValue>(
    _ name: String, _ property: WritableKeyPath<Root, Value> & Sendable,
    _ limit: Limit<Value>? = nil, unit: String = "", example: String, _ meaning: String,
    when condition: Condition<Root>? = nil, default defaultWords: String? = nil,
    isRequired: Bool = false
  ) -> Field {
    let expectation = Value.expectation + (limit?.words ?? "")
    return Field(
      name: name, condition: condition,
      read: { slot, root, reading throws(ConfigurationError) in
        guard let member = slot.member else {
          if isRequired { throw .missing(slot, example: example) }
          return
        }
        reading.places[slot.path] = member.place
        root[keyPath: property] = try slot.value(of: member, limit, expectation: expectation)
      },
      write: { root, keys in
        [WrittenKey(keys: keys, text: root[keyPath: property].canonical)]
      },
      document: { defaults, path in
        [
          KeyReference(
            path: path, values: expectation, unit: unit,
            defaultText: isRequired
              ? "required" : defaultWords ?? defaults[keyPath: property].canonical,
            example: example, meaning: meaning, condition: condition?.words)
        ]
      })
  }

  /// A key that holds a section of its own.
  ///
  /// - Parameter prepare: sets defaults of the section that hang on keys before it.
  static func section<Child: Section>(
    _ name: String, _ property: WritableKeyPath<Root, Child> & Sendable,
    when condition: Condition<Root>? = nil,
    prepare: @escaping @Sendable (inout Root) -> Void = { _ in }
  ) -> Field {
    Field(
      name: name, condition: condition,
      read: { slot, root, reading throws(ConfigurationError) in
        prepare(&root)
        try root[keyPath: property].read(slot, &reading)
      },
      write: { root, keys in root[keyPath: property].written(below: keys) },
      document: { defaults, path in
        defaults[keyPath: property].documented(below: path).map { $0.limited(to: condition?.words) }
      },
      keys: { Child.keys(of: $0) })
  }

  /// The same key of a part, as a key of the whole: parts share tables without a section of their own.
  func lifted<Whole: Sendable>(
    through property: WritableKeyPath<Whole, Root> & Sendable
  ) -> Field<Whole> {
    Field<Whole>(
      name: name,
      condition: condition.map { condition in
        Condition(words: condition.words) { condition.holds($0[keyPath: property]) }
      },
      read: { [read] slot, whole, reading throws(ConfigurationError) in
        try read(slot, &whole[keyPath: property], &reading)
      },
      write: { [write] whole, keys in write(whole[keyPath: property], keys) },
      document: { [document] defaults, path in document(defaults[keyPath: property], path) },
      keys: keys)
  }
}

extension Slot {
  func value<Value: ConfigurationValue>(
    of member: DocumentNode.Member, _ limit: Limit<Value>?, expectation: String
  ) throws(ConfigurationError) -> Value {
    let value: Value
    do {
      value = try Value(reading: member.value)
    } catch {
      let hint = error.suggestion.map { "; did you mean '\($0)'?" } ?? ""
      throw ConfigurationError(
        place, "\(path) must be \(expectation), but \(error.complaint)\(hint)")
    }
    guard limit?.holds(value) ?? true else {
      throw ConfigurationError(
        place, "\(path) must be \(expectation), but it is \(value.canonical)")
    }
    return value
  }
}

extension ConfigurationError {
  fileprivate static func missing(_ slot: Slot, example: String) -> ConfigurationError {
    ConfigurationError(slot.place, "\(slot.path) is required, for example \(example)")
  }
}
