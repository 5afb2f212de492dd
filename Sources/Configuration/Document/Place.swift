/// Where a piece of a configuration was written.
enum Place: Hashable, Sendable, CustomStringConvertible {
  case file(String)
  case line(Int, file: String)
  case override(String)
  /// Wherever this key was given.
  case key(String)

  var description: String {
    switch self {
    case .file(let name): name
    case .line(let line, let name): "\(name):\(line)"
    case .override(let text): "--set \(text)"
    case .key(let path): path
    }
  }

  var isOverride: Bool {
    if case .override = self { true } else { false }
  }
}
