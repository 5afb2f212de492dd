import ArgumentParser
import Cluster
import Configuration

/// What every verb that works on a run takes.
struct RunOptions: ParsableArguments {
  @Argument(help: "The run's configuration, a YAML file (docs/configuration.md).")
  var configuration: String

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Overrides a key, as in --set search.population=40; may be repeated.",
      valueName: "key=value"))
  var overrides: [String] = []

  @Option(help: "Threads of each rank, as engine.threads; no result depends on it.")
  var threads: Int?

  @Option(help: "The folder that holds the folders of runs.")
  var runs = "runs"

  @Flag(help: "Prints the resolved configuration and what the networks cost, and does nothing.")
  var dryRun = false

  /// The folder of a configuration's run.
  func folder(of configuration: RunConfiguration) -> String { "\(runs)/\(configuration.run.name)" }

  /// The configuration as rank 0 reads it, on every rank.
  func load(_ communicator: any Communicator) throws -> RunConfiguration {
    var text = ""
    if communicator.rank == 0 {
      let threads = threads.map { ["engine.threads=\($0)"] } ?? []
      text = try RunConfiguration.load(file: configuration, overrides: overrides + threads)
        .resolvedYAML
    }
    let bytes = try communicator.broadcast(bytes: Array(text.utf8), from: 0)
    return try RunConfiguration.parse(
      text: String(decoding: bytes, as: UTF8.self), fileName: configuration)
  }
}
