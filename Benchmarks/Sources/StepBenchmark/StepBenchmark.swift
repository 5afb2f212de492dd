import ArgumentParser
import BenchmarkSupport
import Cluster
import Engine
import Supernet

/// Times whole training steps, ours and PyTorch's in turn, on the same processors.
///
/// A step is zero gradients, forward, cross-entropy, backward, SGD with momentum, of the same
/// sliced network with the same widths. Prints a line for each width; or sets two kinds of our own
/// steps beside each other.
@main
struct StepBenchmark: ParsableCommand, Sendable {
  @OptionGroup var engine: EngineOptions
  @OptionGroup var network: NetworkOptions
  @Option(help: "single: one subnet a step; bcnet: left and right of random widths, one update.")
  var scheme = StepScheme.single
  @Option(help: "left or right slices, for single subnets.") var side = SliceSide.left
  @Option(help: "Logical shards of the batch on our side.") var shards = 1
  @Option(help: "Random width vectors, for bcnet.") var samples = 3
  @Option(help: "Which random width vectors, for bcnet.") var seed: UInt64 = 1
  @Flag(help: "Our left slices beside our right slices, instead of a peer.")
  var compareSides = false
  @Option(help: "One shard beside so many, instead of a peer.") var compareShards: Int?
  @Flag(help: "Also a line for each layer and direction: where our time goes.")
  var profile = false

  func validate() throws {
    guard network.images % shards == 0, network.images % (compareShards ?? 1) == 0 else {
      throw ValidationError("every shard has as many images: give a batch that is a multiple")
    }
    guard !compareSides || compareShards == nil && scheme == .single else {
      throw ValidationError("--compare-sides is for single subnets, and compares one thing")
    }
  }

  func run() throws {
    // The shards of a step are summed by the code that sums them over ranks, so there has to be
    // one.
    _ = try InProcessCluster.run(ranks: 1) { try measure(communicator: $0) }
  }

  private func measure(communicator: any Communicator) throws {
    let context = try engine.context()
    let peak = context.peakGigaflops()
    let measured = try network.made()
    let own = OwnStep(measured, communicator: communicator, context: context)
    let isAlone = compareSides || compareShards != nil
    let peer = try isAlone ? nil : network.startPeer("training_step.py", threads: engine.threads)
    try printLine(Header("training step", engine: engine, peak: peak, peers: [peer]))
    for widths in widths(in: measured) {
      let timings = try alternate(
        sides(measured, widths, own, peer), rounds: engine.rounds)
      if profile { try printProfile(own, measured, widths) }
      let macs = stepMACs(measured, widths)
      try printLine(
        StepRow(
          self, widths, measured,
          timings.map { $0.rated(images: network.images, macs: macs, peak: peak) }))
    }
  }

  private func printProfile(
    _ own: OwnStep, _ measured: BenchmarkNetwork, _ widths: Widths
  ) throws {
    let profile = ExecutionProfile()
    own.executor.profile = profile
    defer { own.executor.profile = nil }
    let slices = scheme.slices(side)
    for _ in 0..<engine.rounds {
      _ = try own.step(slices.map { $0.subnet(of: widths, in: measured.space) }, shards: shards)
    }
    let costs = Dictionary(
      uniqueKeysWithValues: measured.costs.rows(of: widths).map { ($0.name, $0) })
    for layer in profile.layers {
      let passes = Double(slices.count * network.images) * (layer.isBackward ? 2 : 1)
      let seconds = layer.seconds / Double(engine.rounds)
      let cost = costs[layer.layer]
      try printLine(
        LayerRow(
          network: network.network.rawValue, widths: "\(widths)", layer: layer.layer,
          operation: "\(layer.operation)", pass: layer.isBackward ? "backward" : "forward",
          channels: cost.map { [$0.inputs, $0.outputs] }, size: cost.map { [$0.height, $0.width] },
          seconds: seconds,
          gigaflops: cost.map { 2e-9 * Double($0.macs) * passes / seconds }))
    }
  }

  /// A step is three passes over the MACs: forward, gradients of data, gradients of filters.
  private func stepMACs(_ measured: BenchmarkNetwork, _ widths: Widths) -> Int {
    3 * network.images * scheme.slices(side).count * measured.costs.macs(of: widths)
  }

  private func widths(in measured: BenchmarkNetwork) -> [Widths] {
    switch scheme {
    case .single: network.widths.values.map(measured.widths(fraction:))
    case .bcnet:
      (0..<samples).map { WidthSampler(space: measured.space, seed: seed).widths(at: $0) }
    }
  }

  private func sides(
    _ measured: BenchmarkNetwork, _ widths: Widths, _ own: OwnStep, _ peer: Peer?
  ) -> [Side] {
    func ours(_ name: String, _ slices: [SliceSide], shards: Int) -> Side {
      let subnets = slices.map { $0.subnet(of: widths, in: measured.space) }
      return Side(name, steps: network.steps) { try own.step(subnets, shards: shards) }
    }
    if compareSides {
      return [SliceSide.left, .right].map { ours("ours \($0)", [$0], shards: shards) }
    }
    let slices = scheme.slices(side)
    if let compareShards {
      return [1, compareShards].map { ours("ours shards=\($0)", slices, shards: $0) }
    }
    let command =
      slices.map(\.rawValue).joined(separator: "+") + " " + measured.peerWidths(widths)
    return [ours("ours", slices, shards: shards)]
      + (peer.map { peer in
        [Side(network.sideName(of: peer), steps: network.steps) { try peer.seconds(command) }]
      } ?? [])
  }
}
