import ArgumentParser
import Configuration
import Foundation
import GroundTruth
import Search
import Supernet

/// A search with the table as its scorer: what the search alone is worth.
struct BenchSimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Runs a search many times with the table's accuracies as scores.")

  @OptionGroup var truth: TableOptions
  @Option(help: "evolution, nsga2, greedy, random, predictor or viterbi.")
  var method = RunConfiguration.SearchMethod.evolution
  @Option(help: "The most MACs of a candidate: a part of the full network such as 50%, or 105M.")
  var macs = "50%"
  @Option(help: "The least MACs, as a part of the most.")
  var lowest = "80%"
  @Option(help: "The most parameters of a candidate, written as --macs is; 100% allows any.")
  var parameters = "100%"
  @Option(help: "How many searches, with seeds 0, 1, 2, ...") var seeds = 20
  @Option(help: "Candidates of a generation.") var population = 50
  @Option(help: "Generations of a search.") var generations = 40
  @Option(help: "Random candidates of the first generation of predictor and viterbi.") var initial =
    64
  @Option(help: "Random candidates in each later one.") var explored = 4
  @Flag(help: "Prints JSON instead of a table.") var json = false

  /// The `--json` output; accuracies in percent.
  struct Output: Codable {
    struct Run: Codable {
      let seed: UInt64
      let widths: String
      let accuracy: Double
      let queries: Int
    }

    let network, method: String
    let lowestMacs, highestMacs: Int
    /// Missing where any number of parameters is legal.
    let mostParameters: Int?
    /// Of the table, inside the budget.
    let networks: Int
    let optimum, mean, worst: Double
    let hits: Int
    let runs: [Run]

    /// The budget.
    var window: CostWindow {
      CostWindow(macs: lowestMacs...highestMacs, mostParameters: mostParameters)
    }
  }

  func validate() throws {
    guard min(seeds, generations, initial) >= 1, population >= 2 else {
      throw ValidationError(
        "--seeds, --generations and --initial are at least 1, and --population is at least 2")
    }
    guard method != .predictor || (0...population).contains(explored) else {
      throw ValidationError("--explored lies between 0 and --population")
    }
  }

  func run() throws {
    let found = try output()
    if json {
      try show(json: found)
    } else {
      printTable(found)
    }
  }

  private func output() throws -> Output {
    let (table, cost) = try truth.load()
    let search = try search()
    let window = search.budget.window(full: cost.both(ofBins: cost.space.fullWidths.bins))
    let legal = table.entries.filter { window.contains($0.cost) }
    guard let optimum = legal.map(\.mean).max() else {
      throw UsageError(
        description: "\(truth.table) holds no network of \(window); change --macs, --lowest or "
          + "--parameters")
    }
    let space = LegalSpace(choices: cost.space.choices, window: window)
    let runs = try (0..<UInt64(seeds)).compactMap { seed in
      run(try search.newSearch(in: space, cost: cost.product, seed: seed), seed: seed, table)
    }
    guard runs.count == seeds else {
      throw UsageError(
        description: "\(method.rawValue) ended without a network of the table; the table lacks too "
          + "many, or --macs, --lowest and --parameters leave too few")
    }
    let accuracies = runs.map(\.accuracy)
    return Output(
      network: truth.network, method: method.rawValue, lowestMacs: window.macs.lowerBound,
      highestMacs: window.macs.upperBound, mostParameters: window.mostParameters,
      networks: legal.count, optimum: optimum,
      mean: accuracies.reduce(0, +) / Double(runs.count), worst: accuracies.min() ?? 0,
      hits: accuracies.count { $0 == optimum }, runs: runs)
  }

  private func search() throws -> RunConfiguration.Search {
    let most = try limit(macs, option: "--macs")
    let mostParameters = try limit(parameters, option: "--parameters")
    guard let least = Percentage(parsing: lowest), (0...100).contains(least.percent) else {
      throw UsageError(description: "--lowest \(lowest): give a percentage such as 80%")
    }
    return RunConfiguration.Search(
      method: method, population: population, generations: generations, initial: initial,
      explored: explored,
      budget: RunConfiguration.Budget(macs: most, lowest: least, parameters: mostParameters))
  }

  private func limit(_ text: String, option: String) throws -> CostLimit {
    guard let limit = CostLimit(parsing: text) else {
      throw UsageError(
        description: "\(option) \(text): give a part of the full network such as 50%, or a number "
          + "such as 105M")
    }
    return limit
  }

  private func run(
    _ start: any CandidateSearch, seed: UInt64, _ table: AccuracyTable
  ) -> Output.Run? {
    var search = start
    // A network that the table lacks is outside of every window.
    while !search.isFinished {
      let asked = search.ask { table[$0]?.cost ?? NetworkCost(macs: -1, parameters: 0) }
      search.tell(asked.map { Score(accuracy: (table[$0.bins]?.mean ?? 0) / 100, loss: 0) })
    }
    return search.best.map { best in
      Output.Run(
        seed: seed, widths: "\(Widths(bins: best.candidate.bins))",
        accuracy: table[best.candidate.bins]?.mean ?? 0, queries: search.history.count)
    }
  }

  private func printTable(_ found: Output) {
    show(
      "\(found.method) on \(found.network), \(grouped(found.networks)) networks of "
        + "\(found.window)")
    for run in found.runs {
      show(
        "seed \("\(run.seed)".padded(to: 4)) \(run.widths.padded(to: 20)) "
          + "\(fixed(run.accuracy, 3)) %  after \(run.queries) queries")
    }
    show(
      "optimum \(fixed(found.optimum, 3)) %, mean \(fixed(found.mean, 3)) %, worst "
        + "\(fixed(found.worst, 3)) %, found \(found.hits) times of \(found.runs.count)")
  }
}

extension AccuracyTable.Entry {
  /// What the network needs.
  var cost: NetworkCost { NetworkCost(macs: macs, parameters: parameters) }
}

extension RunConfiguration.SearchMethod: ExpressibleByArgument {}

/// Which table, and of which network.
struct TableOptions: ParsableArguments {
  @Option(help: "The table, a JSON file.") var table: String
  @Option(help: "The network it is of: \(Architecture.names.joined(separator: ", ")).")
  var network = "cbm-mobilenet"
  @Option(help: "Bins that a width group is cut into.") var bins = 4

  /// The table, and the costs of its network.
  ///
  /// - Throws: `UsageError` when the table cannot be read or is of another network.
  func load() throws -> (AccuracyTable, CostModel) {
    try TableFile(path: table, network: network, bins: bins).load()
  }
}

/// A table of a network on the images of CIFAR-10, as a file.
struct TableFile {
  let path, network: String
  let bins: Int

  /// The table, and the costs of its networks.
  ///
  /// - Throws: `UsageError` when there is no such file, or when its networks or costs are not those of the network.
  func load() throws -> (AccuracyTable, CostModel) {
    let cost = CostModel(
      try SearchSpace(
        try Architecture.named(
          network, image: FeatureShape(channels: 3, height: 32, width: 32), classes: 10),
        bins: bins))
    guard let data = FileManager.default.contents(atPath: path) else {
      throw UsageError(
        description: "--table \(path): there is no such file", exitCode: ExitStatus.missingInput)
    }
    let found: AccuracyTable
    do {
      found = try AccuracyTable(json: data)
    } catch {
      throw UsageError(description: "--table \(path): \(error)", exitCode: ExitStatus.badData)
    }
    for entry in found.entries { try check(entry, cost) }
    return (found, cost)
  }

  private func check(_ entry: AccuracyTable.Entry, _ cost: CostModel) throws {
    let widths = Widths(bins: entry.bins)
    let groups = cost.space.groups.count
    var complaint: String?
    if entry.bins.count != groups {
      complaint = "its keys have \(entry.bins.count) digits instead of \(groups)"
    } else if zip(entry.bins, cost.space.ranges).contains(where: { $0 > $1.total }) {
      complaint = "\(widths) is no width of it"
    } else if cost.macs(of: widths) != entry.macs {
      complaint =
        "\(widths) costs \(grouped(cost.macs(of: widths))) MACs, but the table says "
        + grouped(entry.macs)
    } else if cost.parameters(of: widths) != entry.parameters {
      complaint =
        "\(widths) has \(grouped(cost.parameters(of: widths))) parameters, but the table says "
        + grouped(entry.parameters)
    }
    guard let complaint else { return }
    throw UsageError(
      description: "--table \(path) is of another network than \(network): \(complaint)",
      exitCode: ExitStatus.badData)
  }
}
