import ArgumentParser

/// Published tables of trained accuracies as judges.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Judges searches and supernets by a table of trained accuracies.",
    discussion: """
      A table is JSON as Channel-Bench-Macro publishes it: for every network its bins as the key, and the \
      accuracies of some trainings, their mean, MACs and parameters.
      """,
    subcommands: [BenchSimulateCommand.self, BenchRankCommand.self])
}
