import BenchmarkSupport
import Cluster
import Datasets
import Engine
import Search
import Supernet
import Training

/// A supernet and images to score its widths on, as a search does it.
struct CandidateSetting {
  private let network: BenchmarkNetwork
  private let heldOut, calibration: Evaluator.Images
  private let context: EngineContext

  init(
    _ name: BenchmarkNetwork.Name, bins: Int, images: Int, calibration: Int, context: EngineContext
  ) throws {
    let network = try BenchmarkNetwork(name, bins: bins, batch: 1)
    self.network = network
    self.context = context
    let shape = network.space.architecture.outputShapes[0]
    func made(_ count: Int, batch: Int, _ split: Split) throws -> Evaluator.Images {
      let dataset = SyntheticImages(
        shape: ImageShape(channels: shape.channels, height: shape.height, width: shape.width),
        classes: network.space.architecture.classes, count: count, seed: 1, split: split)
      let fixed = try FixedImages(
        dataset: dataset, indices: Array(0..<count),
        normalization: Normalization(
          mean: [0.5, 0.5, 0.5], deviation: [0.5, 0.5, 0.5]), workers: 1, onDamage: .stop)
      return Evaluator.Images(fixed, batch: min(batch, count))
    }
    heldOut = try made(images, batch: 250, .val)
    self.calibration = try made(calibration, batch: 128, .train)
  }

  /// A generation of an evolution under half of the MACs, to which narrow beginnings and wide ends are best.
  func candidates(generation: Int, count: Int) -> [Candidate] {
    let costs = network.costs
    let full = costs.macs(of: network.space.fullWidths)
    func cost(_ bins: [Int]) -> NetworkCost {
      NetworkCost(macs: costs.macs(of: Widths(bins: bins)), parameters: 0)
    }
    var search = EvolutionarySearch(
      space: LegalSpace(
        choices: network.space.choices, window: CostWindow(macs: full * 2 / 5...full / 2)),
      settings: EvolutionSettings(
        population: count, generations: generation + 1, top: 10, mutations: count / 2,
        crossovers: count / 2, mutationProbability: 0.1), seed: 1)
    while search.generation < generation {
      search.tell(
        search.ask(cost: cost).map { candidate in
          let sum = candidate.bins.enumerated().reduce(0) { $0 + ($1.offset + 1) * $1.element }
          return Score(accuracy: Double(sum) / 1000, loss: 0)
        })
    }
    return search.ask(cost: cost)
  }

  /// The seconds of scoring them all on one rank.
  func seconds(scoring candidates: [Candidate], cacheBytes: Int) throws -> Double {
    // The one rank below is the only one that uses it.
    nonisolated(unsafe) let evaluator = Evaluator(
      space: network.space, layout: network.layout, parameters: network.parameters,
      calibration: calibration, images: heldOut, cacheBytes: cacheBytes, context: context)
    let space = network.space
    let scored = try InProcessCluster.run(ranks: 1) { communicator in
      let scoring = CandidateScoring(
        communicator: communicator,
        score: { task, betweenPasses in
          let widths = Widths(bins: task.bins)
          let measured = try evaluator.measure(
            Realization(
              widths: widths, subnets: [space.leftSubnet(of: widths)], combination: .mean),
            sharedGroups: task.sharedGroups, betweenPasses: betweenPasses)
          return CandidateScoring.Finding(Score(accuracy: measured.top1, loss: measured.loss))
        }, request: { .none })
      var search = ListedSearch(
        space: LegalSpace(choices: space.choices, window: .everything), candidates: candidates)
      let watch = Stopwatch()
      _ = try scoring.host(
        &search, cost: { _ in NetworkCost(macs: 0, parameters: 0) }, known: [:], record: { _ in },
        told: { _ in })
      return watch.seconds
    }
    return scored[0]
  }
}
