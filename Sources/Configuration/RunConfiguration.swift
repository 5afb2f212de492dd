/// Everything that decides a run, resolved: what a YAML file and `--set` say, over the defaults.
///
/// Nothing below the command line parses anything; it is handed a part of this value.
public struct RunConfiguration: Codable, Hashable, Sendable {
  /// What makes this run itself.
  public var run: Run
  /// Which images, and what is done to them.
  public var data: Data
  /// Which network's widths are searched.
  public var network: Network
  /// Which widths there are.
  public var space: Space
  /// How the mathematics is cut into pieces.
  public var cluster: Cluster
  /// How a rank computes.
  public var engine: Engine
  /// The network whose weights all widths share.
  public var supernet: Supernet
  /// How batch statistics are measured before a score.
  public var calibration: Calibration
  /// The search for widths.
  public var search: Search
  /// The networks trained from scratch at the end.
  public var retrain: Retrain
  /// When the run saves itself.
  public var checkpoint: Checkpoint
  /// What the run tells.
  public var log: Log
}

extension RunConfiguration: Section {
  static let fields: [Field<Self>] = [
    .section("run", \.run),
    .section("data", \.data),
    .section("network", \.network),
    .section("space", \.space),
    .section("cluster", \.cluster),
    .section("engine", \.engine),
    .section("supernet", \.supernet),
    .section("calibration", \.calibration),
    .section("search", \.search) { $0.search.newcomers = $0.supernet.usualNewcomers },
    .section("retrain", \.retrain),
    .section("checkpoint", \.checkpoint),
    .section("log", \.log),
  ]

  /// Every key there is, in order, with its documentation.
  public static let reference: [KeyReference] = defaults.documented(below: "")
}
