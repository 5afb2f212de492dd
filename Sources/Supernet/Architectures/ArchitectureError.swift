/// Why a network cannot be made.
public enum ArchitectureError: Error, Hashable, Sendable, CustomStringConvertible {
  /// No network has this name.
  case unknownName(String)
  /// The graph contradicts itself; the sentence says where and what would be right.
  case impossible(network: String, reason: String)

  /// One sentence.
  public var description: String {
    switch self {
    case .unknownName(let name):
      "there is no network named \"\(name)\"; the networks are "
        + Architecture.names.joined(separator: ", ")
    case .impossible(let network, let reason):
      "the network \(network) is impossible: \(reason)"
    }
  }
}
