/// A configuration as written, before anybody asks what it means.
///
/// Scalars stay text: YAML's own guesses (`no` as false, `010` as eight) never happen, the schema decides.
indirect enum DocumentNode: Sendable {
  case scalar(String, isQuoted: Bool)
  case list([DocumentNode])
  case section([Member])

  /// One `key: value` of a section; the place is the key's, or that of the override that set it.
  struct Member: Sendable {
    let key: String
    var place: Place
    var value: DocumentNode
  }

  /// `key:` with nothing after it, `null` or `~`.
  var isEmpty: Bool {
    guard case .scalar(let text, isQuoted: false) = self else { return false }
    return ["", "~", "null", "Null", "NULL"].contains(text)
  }

  /// How an error sentence names this node.
  var description: String {
    switch self {
    case _ where isEmpty: "nothing"
    case .scalar(let text, isQuoted: true): "the text '\(text)'"
    case .scalar(let text, isQuoted: false): "'\(text)'"
    case .list: "a list"
    case .section: "a section"
    }
  }
}
