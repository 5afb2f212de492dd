import Yams

extension DocumentNode {
  /// Parses YAML text into a tree that knows the line of every key.
  static func parse(_ text: String, fileName: String) throws(ConfigurationError) -> DocumentNode {
    let root: Node?
    do {
      root = try Yams.compose(yaml: text, .default, .default, .utf8)
    } catch {
      throw ConfigurationError(error, fileName: fileName)
    }
    return try root.map { node throws(ConfigurationError) in
      try DocumentNode(node, fileName: fileName)
    } ?? .section([])
  }

  private init(_ node: Node, fileName: String) throws(ConfigurationError) {
    switch node {
    case .scalar, .alias:
      self = .scalar(node.scalar?.string ?? "", isQuoted: node.scalar?.style != .plain)
    case .sequence(let items):
      var nodes: [DocumentNode] = []
      for item in items { nodes.append(try DocumentNode(item, fileName: fileName)) }
      self = .list(nodes)
    case .mapping(let pairs):
      var members: [Member] = []
      for pair in pairs { members.append(try Member(pair, fileName: fileName)) }
      self = .section(members)
    }
  }
}

extension DocumentNode.Member {
  fileprivate init(
    _ pair: (key: Node, value: Node), fileName: String
  ) throws(ConfigurationError) {
    let place = Place.line(pair.key.mark?.line ?? 1, file: fileName)
    guard let key = pair.key.scalar?.string else {
      throw ConfigurationError(place, "a key must be a plain word, not a list or a section")
    }
    self.init(key: key, place: place, value: try DocumentNode(pair.value, fileName: fileName))
  }
}

extension ConfigurationError {
  /// Reduces what the YAML parser says, which spans several lines, to a place and a sentence.
  fileprivate init(_ error: any Error, fileName: String) {
    switch error as? YamlError {
    case .duplicatedKeysInMapping(let keys, let context):
      let names = keys.map { "'\($0)'" }.joined(separator: ", ")
      self.init(
        .line(context.mark.line, file: fileName),
        "\(names) is given more than once in one section; keep one")
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _):
      self.init(.line(mark.line, file: fileName), "this is not valid YAML: \(problem)")
    case .composer(let context, let problem, let mark, _):
      let sentence = [context?.text, problem].compactMap(\.self).joined(separator: ", ")
      self.init(.line(mark.line, file: fileName), "this is not valid YAML: \(sentence)")
    default:
      self.init(.file(fileName), "this is not valid YAML text")
    }
  }
}
