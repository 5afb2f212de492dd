import ArgumentParser
import Engine

/// What every benchmark asks: how our side runs, and how often.
public struct EngineOptions: ParsableArguments, Sendable {
  /// Threads of each side.
  @Option(help: "Threads of each side; all processors by default.")
  public var threads = ThreadPool.availableProcessors
  /// Counted turns of each side.
  @Option(help: "Turns counted for each side and row, after one that is not.")
  public var rounds = 7
  @Option(help: "Our kernels: auto, v4, v3 or portable.")
  var kernels = KernelChoice.auto
  @Option(help: "Our convolutions: auto, direct or winograd.")
  var convolution = ConvolutionChoice.auto

  /// The defaults.
  public init() {}

  /// Refuses what no benchmark can do.
  public func validate() throws {
    guard threads >= 1, rounds >= 1 else {
      throw ValidationError("--threads and --rounds are at least 1")
    }
  }

  /// The kernels that were asked for.
  public func kernelSet() throws -> KernelSet { try KernelSet.select(kernels) }

  /// Kernels and threads for the operators.
  public func context() throws -> EngineContext {
    EngineContext(
      kernels: try kernelSet(), threads: ThreadPool(threads: threads), convolution: convolution)
  }
}

/// Which network is run, and beside whom.
public struct NetworkOptions: ParsableArguments, Sendable {
  /// The network.
  @Option(help: "resnet50, mobilenet-v2, cbm-resnet or cbm-mobilenet.")
  public var network: BenchmarkNetwork.Name = .cbmResNet
  /// Widths of all groups alike.
  @Option(help: "Widths as fractions of all channels, with commas between them.")
  public var widths = CommaSeparated([1.0, 0.5, 0.25])
  @Option(help: "Bins that a width group is cut into; widths are rounded to whole bins.")
  var bins = 4
  @Option(help: "Images of a turn; by default 16 of 224x224 and 64 of 32x32.")
  var batch: Int?
  /// Steps of a turn.
  @Option(help: "Steps of a turn, after one that is not counted; their mean is one time.")
  public var steps = 3
  @Option(help: "A Python with PyTorch; without it only our side runs.")
  var peer: String?
  @Option(help: "PyTorch's memory format: nhwc or nchw.")
  var layout = MemoryFormat.nhwc

  /// The defaults.
  public init() {}

  /// Images of a turn.
  public var images: Int { batch ?? network.batch }

  /// The network with parameters and images.
  public func made() throws -> BenchmarkNetwork {
    try BenchmarkNetwork(network, bins: bins, batch: images)
  }

  /// PyTorch at a script that is given network, batch, threads and memory format; nil when not
  /// asked for.
  public func startPeer(_ script: String, threads: Int) throws -> Peer? {
    try peer.map {
      try Peer(
        python: $0, script: script,
        [network.rawValue, "\(images)", "\(threads)", layout.rawValue])
    }
  }

  /// What PyTorch's side is called in the output.
  public func sideName(of peer: Peer) -> String { "\(peer.name) \(layout.rawValue)" }
}

/// How PyTorch lays feature maps out.
enum MemoryFormat: String, ExpressibleByArgument {
  case nhwc, nchw
}

/// Several values in one argument.
public struct CommaSeparated<Value>: ExpressibleByArgument, Sendable
where Value: ExpressibleByArgument & Sendable {
  /// At least one.
  public let values: [Value]

  /// These values.
  public init(_ values: [Value]) {
    self.values = values
  }

  /// Reads "1.0,0.5"; nil when a part is no value.
  public init?(argument: String) {
    let parts = argument.split(separator: ",", omittingEmptySubsequences: false)
    values = parts.compactMap { Value(argument: String($0)) }
    guard values.count == parts.count else { return nil }
  }

  /// As it is written on the command line.
  public var defaultValueDescription: String {
    values.map(\.defaultValueDescription).joined(separator: ",")
  }
}

extension KernelChoice: @retroactive ExpressibleByArgument {}
extension ConvolutionChoice: @retroactive ExpressibleByArgument {}
