import ArgumentParser
import Foundation
import Runs

/// Looks into folders of runs.
struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "Lists runs, shows one, or prints digests of its parameters.",
    subcommands: [List.self, Show.self, Hash.self])

  /// One line a run.
  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Lists the runs in a folder.")
    @Argument(help: "The folder that holds the folders of runs.") var folder = "runs"

    func run() throws {
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
      let runs = names.sorted().filter {
        FileManager.default.fileExists(atPath: "\(folder)/\($0)/config.yaml")
      }
      if runs.isEmpty {
        throw UsageError(
          description: "\(folder) holds no runs", exitCode: ExitStatus.missingInput)
      }
      for name in runs {
        let status = try RunDirectory.existing(at: "\(folder)/\(name)").status()
        show("\(name.padded(to: 32)) \(status?.text ?? "unknown")")
      }
    }
  }

  /// Status and result of one run.
  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Shows where a run stands.")
    @Argument(help: "The run's folder.") var folder: String

    func run() throws {
      let directory = try RunDirectory.existing(at: folder)
      show("status    \(try directory.status()?.text ?? "unknown")")
      show("attempts  \(try directory.attempts())")
      guard let result = try directory.json(RunResult.self, of: directory.result) else { return }
      show("winner    \(result.winner)")
      show(result.table)
    }
  }

  /// Digests to compare runs by.
  struct Hash: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints a digest of the parameters in the newest checkpoint of each phase.",
      discussion: "XXH3-128 over the bytes of all parameters, the same on any number of ranks.")
    @Argument(help: "The run's folder.") var folder: String

    func run() throws {
      let directory = try RunDirectory.existing(at: folder)
      let store = CheckpointStore(directory: directory.checkpoints, keep: 1)
      let phases = [RunSession.supernetPhase, "retrain-winner", "retrain-base", "retrain-uniform"]
      for phase in phases {
        guard let recovery = try store.newestIntact(phase: phase) else { continue }
        for warning in recovery.warnings { complain("vernier: \(warning)") }
        let digest = try recovery.checkpoint.parameterDigest(of: "parameters")
        show("\(digest)  \(phase) step \(recovery.checkpoint.step)")
      }
    }
  }
}
