/// Everything a report shows, as plain values: whoever has them can draw it again.
///
/// Accuracies are fractions in [0, 1], losses are in nats, costs are multiply-accumulates for one image.
/// Phases that did not happen yet are left empty, and the page says so.
public struct ReportContents: Codable, Hashable, Sendable {
  /// The run's name; the page's title.
  public var runName: String
  /// The network searched, such as "cbm_resnet".
  public var networkName: String
  /// The images it learnt, such as "Fashion-MNIST".
  public var datasetName: String
  /// When the run started and what time this report tells of, as a person would write them.
  public var started = "", updated = ""
  /// The command line that made the run, and the configuration it resolved to.
  public var command = "", configuration = ""
  /// Machine, ranks, threads, versions.
  public var environment: [Fact] = []
  /// Seed and digests by which somebody else can check that they got the same.
  public var reproducibility: [Fact] = []
  /// The width groups in the order of depth, with the base network's channels.
  public var groups: [GroupWidth] = []
  /// Loss and accuracy over time.
  public var curves: [TrainingCurve] = []
  /// What the search found; nil before it scored a candidate.
  public var search: SearchResult?
  /// The networks compared at the end: base, uniform, winner.
  public var networks: [NetworkResult] = []
  /// Size of the test set; nil leaves the standard error of the test accuracies out.
  public var testImages: Int?
  /// What took how long.
  public var phases: [PhaseTime] = []
  /// Sentences worth a reader's attention.
  public var notes: [String] = []

  /// A report without any result yet.
  public init(runName: String, networkName: String, datasetName: String) {
    self.runName = runName
    self.networkName = networkName
    self.datasetName = datasetName
  }

  /// The network compared in this role, if any.
  func network(_ role: NetworkRole) -> NetworkResult? { networks.first { $0.role == role } }
}

/// A label and a value.
public struct Fact: Codable, Hashable, Sendable {
  /// What it is, such as "instruction set".
  public let label: String
  /// Its value, such as "x86-64-v4".
  public let value: String

  /// A label and a value.
  public init(_ label: String, _ value: String) {
    self.label = label
    self.value = value
  }
}

/// Layers that share one width.
public struct GroupWidth: Codable, Hashable, Sendable {
  /// The group's name.
  public let name: String
  /// Channels in the base network.
  public let channels: Int

  /// A group of the base network.
  public init(name: String, channels: Int) {
    self.name = name
    self.channels = channels
  }
}

/// A phase of the run and what it took.
public struct PhaseTime: Codable, Hashable, Sendable {
  /// The phase's name.
  public let name: String
  /// Wall-clock seconds.
  public let seconds: Double
  /// Images processed in a second by all ranks together; nil where none are.
  public let imagesPerSecond: Double?

  /// A phase of the run.
  public init(name: String, seconds: Double, imagesPerSecond: Double? = nil) {
    self.name = name
    self.seconds = seconds
    self.imagesPerSecond = imagesPerSecond
  }
}
