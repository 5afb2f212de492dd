extension RunConfiguration {
  /// One key whose value differs between two configurations.
  public struct Difference: Hashable, Sendable, CustomStringConvertible {
    /// The key with its sections.
    public let path: String
    /// Its value in the run as it was started; nil when it had no meaning there.
    public let stored: String?
    /// Its value now; nil when it has no meaning now.
    public let requested: String?
    /// Whether the run may go on all the same.
    public var mayChangeOnResume: Bool { RunConfiguration.mayChangeOnResume(path) }

    /// The change as one line: `search.population: 50 -> 40`.
    public var description: String {
      "\(path): \(stored ?? "(not set)") -> \(requested ?? "(not set)")"
    }
  }

  /// The keys that differ from a stored configuration: its own order, then keys only found here.
  public func differences(from stored: RunConfiguration) -> [Difference] {
    let before = stored.flattened
    let now = flattened
    let old = Dictionary(uniqueKeysWithValues: before.map { ($0.path, $0.value) })
    let new = Dictionary(uniqueKeysWithValues: now.map { ($0.path, $0.value) })
    let paths = before.map(\.path) + now.map(\.path).filter { old[$0] == nil }
    return paths.filter { old[$0] != new[$0] }
      .map { Difference(path: $0, stored: old[$0], requested: new[$0]) }
  }

  /// The keys that alter no result: how fast a run goes, where it reads, what it writes of itself.
  ///
  /// `engine.kernels` and `engine.convolution` are absent on purpose: others round differently.
  public static let keysThatMayChangeOnResume: Set<String> = [
    "engine.threads", "data.path", "data.workers", "checkpoint.every", "checkpoint.keep",
    "log.every", "search.cache",
  ]

  /// Whether a run of this configuration may take over the supernet of one that differs so: what differs had no part in
  /// its training.
  public func mayTakeSupernet(despite difference: Difference) -> Bool {
    let path = difference.path
    if path.hasPrefix("search.budget.") { return supernet.sampler != .marginals }
    if path.hasPrefix("calibration.") { return !supernet.usesPredictor }
    return difference.mayChangeOnResume || ["run.name", "supernet.from"].contains(path)
      || ["search.", "retrain."].contains(where: path.hasPrefix)
  }

  /// Whether a run that was started with another value of this key may go on.
  public static func mayChangeOnResume(_ path: String) -> Bool {
    keysThatMayChangeOnResume.contains(path)
  }
}
