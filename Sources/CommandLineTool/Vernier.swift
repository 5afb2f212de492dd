import ArgumentParser
import Glibc

/// The program: a verb for each thing that people do with a run.
@main
struct Vernier: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vernier",
    abstract: "Finds how wide each layer of a convolutional network should be.",
    discussion: """
      Start it under mpirun to use several ranks; the same command resumes a run.
      Exit codes: 0 done; 2 usage or configuration; 65 bad data; 66 missing input; 70 an internal check \
      failed, such as a loss that is not finite; 73 cannot write; 74 input or output error; 75 saved, \
      please start the same command again.
      """,
    version: programVersion,
    subcommands: [
      RunCommand.self, TrainCommand.self, SearchCommand.self, RetrainCommand.self,
      EvaluateCommand.self, CostCommand.self, BenchCommand.self, ReportCommand.self,
      RunsCommand.self, DoctorCommand.self,
    ])

  /// As the library's own, but with 2 for usage errors and with lines that survive a sudden end.
  static func main() {
    setvbuf(standardOutput, nil, _IOLBF, 0)
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      let code = exitCode(for: error)
      if code == .validationFailure {
        complain(fullMessage(for: error))
        Glibc.exit(ExitStatus.usage)
      }
      if code != .success, !(error is ExitCode), !(error is CleanExit) {
        complain(sentence(for: error))
        Glibc.exit(exitStatus(of: error))
      }
      exit(withError: error)
    }
  }
}

/// The version that `--version`, checkpoints and reports name.
let programVersion = "0.1.0"
