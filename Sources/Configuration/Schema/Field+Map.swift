extension Field {
  /// A key that may be left out, with no value of its own then.
  static func optional<Value: ConfigurationValue>(
    _ name: String, _ property: WritableKeyPath<Root, Value?> & Sendable, _ limit: Limit<Value>,
    unit: String = "", example: String, _ meaning: String, default defaultWords: String
  ) -> Field {
    let expectation = Value.expectation + limit.words
    return Field(
      name: name, condition: nil,
      read: { slot, root, reading throws(ConfigurationError) in
        guard let member = slot.member else { return }
        reading.places[slot.path] = member.place
        root[keyPath: property] = try slot.value(of: member, limit, expectation: expectation)
      },
      write: { root, keys in
        root[keyPath: property].map { [WrittenKey(keys: keys, text: $0.canonical)] } ?? []
      },
      document: { _, path in
        [
          KeyReference(
            path: path, values: expectation, unit: unit, defaultText: defaultWords,
            example: example, meaning: meaning, condition: nil)
        ]
      })
  }

  /// A key that holds a section for each name that is given, whatever the names are.
  ///
  /// - Parameters:
  ///   - empty: a section of which nothing is given.
  ///   - placeholder: stands for the names in the documentation.
  static func map<Child: Section>(
    _ name: String, _ property: WritableKeyPath<Root, [String: Child]> & Sendable,
    of empty: Child, named placeholder: String
  ) -> Field {
    Field(
      name: name, condition: nil,
      read: { slot, root, reading throws(ConfigurationError) in
        for member in try slot.sectionMembers() {
          let path = slot.path.appending(key: member.key)
          var child = empty
          try child.read(Slot(path: path, member: member, enclosing: slot.place), &reading)
          root[keyPath: property][member.key] = child
        }
      },
      write: { root, keys in
        root[keyPath: property].sorted { $0.key < $1.key }.flatMap { name, child in
          let written = child.written(below: keys + [name])
          // A name of which nothing is given is written as well, since it may be a mistake.
          return written.isEmpty ? [WrittenKey(keys: keys + [name], text: "{}")] : written
        }
      },
      document: { _, path in empty.documented(below: path.appending(key: "<\(placeholder)>")) },
      // A name may hold dots itself; the last part is a key of its section.
      keys: { parts in
        guard let last = parts.last, parts.count > 1 else { return Array(parts) }
        return [parts.dropLast().joined(separator: "."), last]
      })
  }
}
