extension RunConfiguration {
  /// What makes this run itself.
  public struct Run: Codable, Hashable, Sendable {
    /// The folder of the run, below the folder of runs.
    public var name: String
    /// Every random number is a function of it.
    public var seed: UInt64
  }

  /// How the mathematics is cut into pieces, on however many ranks.
  public struct Cluster: Codable, Hashable, Sendable {
    /// Logical shards of a batch: the most ranks that can train.
    public var shards: Int
  }

  /// How a rank computes.
  public struct Engine: Codable, Hashable, Sendable {
    /// Which compiled kernels run; they differ in rounding.
    public var kernels: Kernels
    /// How convolutions are computed; ways differ in rounding.
    public var convolution: ConvolutionAlgorithm
    /// Threads of a rank; 0 takes the rank's CPU affinity, and no result depends on it.
    public var threads: Int
  }

  /// An instruction set the kernels are compiled for.
  public enum Kernels: String, Codable, CaseIterable, Sendable {
    /// The best this CPU runs.
    case automatic = "auto"
    /// x86-64-v4: AVX-512.
    case v4
    /// x86-64-v3: AVX2 and FMA.
    case v3
    /// Any CPU.
    case portable
  }

  /// A way to compute convolutions.
  public enum ConvolutionAlgorithm: String, Codable, CaseIterable, Sendable {
    /// The fastest for each layer, by a table.
    case automatic = "auto"
    /// Sums of products.
    case direct
    /// Winograd's F(4x4, 3x3) wherever it applies.
    case winograd
  }

  /// When a run saves itself.
  public struct Checkpoint: Codable, Hashable, Sendable {
    /// How often.
    public var every: Interval
    /// How many of the last checkpoints stay.
    public var keep: Int
  }

  /// What a run tells.
  public struct Log: Codable, Hashable, Sendable {
    /// Optimizer steps from one row of metrics to the next.
    public var every: Int
  }
}

extension RunConfiguration.Kernels: Choice {}
extension RunConfiguration.ConvolutionAlgorithm: Choice {}

extension RunConfiguration.Run: Section {
  static let fields: [Field<Self>] = [
    .value(
      "name", \.name, .folderName, example: "first-run", "the folder of the run", isRequired: true),
    .value("seed", \.seed, example: "7", "every random number is a function of it"),
  ]
}

extension Limit where Value == String {
  fileprivate static let folderName = Limit(
    words: " of letters, digits, '.', '_' and '-' that starts with a letter or a digit"
  ) { $0.count <= 100 && $0.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._-]*/) != nil }
}

extension RunConfiguration.Cluster: Section {
  static let fields: [Field<Self>] = [
    .value(
      "shards", \.shards, .from(1, to: 4096), unit: "shards", example: "8",
      "equal parts of every batch, each with its own batch statistics; the most ranks that train")
  ]
}

extension RunConfiguration.Engine: Section {
  static let fields: [Field<Self>] = [
    .value(
      "kernels", \.kernels, example: "v3", "instruction set; changes rounding, nothing else"),
    .value(
      "convolution", \.convolution, example: "direct",
      "direct sums, Winograd's F(4x4, 3x3), or the faster for each layer; changes rounding"),
    .value(
      "threads", \.threads, .from(0, to: 4096), unit: "threads a rank", example: "2",
      "0 takes the CPUs that the rank is bound to"),
  ]
}

extension RunConfiguration.Checkpoint: Section {
  static let fields: [Field<Self>] = [
    .value("every", \.every, example: "200st", "how often the run is saved"),
    .value(
      "keep", \.keep, .from(1, to: 1000), unit: "checkpoints", example: "5",
      "how many of the last stay on disk"),
  ]
}

extension RunConfiguration.Log: Section {
  static let fields: [Field<Self>] = [
    .value(
      "every", \.every, .positive, unit: "steps", example: "50",
      "from one row of metrics to the next")
  ]
}
