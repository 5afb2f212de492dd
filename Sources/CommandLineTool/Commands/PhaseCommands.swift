import ArgumentParser
import Cluster
import Runs
import Supernet
import Training

/// Everything: train, search, retrain, evaluate and report.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Trains, searches, retrains, tests and reports; or goes on with it.")
  @OptionGroup var options: RunOptions

  func run() throws {
    try Ranks.run { communicator in
      try RunSession.carryOut(options, communicator) { session in
        guard try session.trainSupernet() == .finished else { return .stopped }
        guard let winner = try session.search() else { return .stopped }
        let networks = session.plan.finalNetworks(winner: winner)
        guard try session.retrain(networks) == .finished else { return .stopped }
        try session.evaluate(networks, winner: winner)
        return .finished
      }
    }
  }
}

/// The supernet's training.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Trains the supernet only.")
  @OptionGroup var options: RunOptions

  func run() throws {
    try Ranks.run { communicator in
      try RunSession.carryOut(options, communicator) { try $0.trainSupernet() }
    }
  }
}

/// The search.
struct SearchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search", abstract: "Searches the widths of a trained supernet only.")
  @OptionGroup var options: RunOptions

  func run() throws {
    try Ranks.run { communicator in
      try RunSession.carryOut(options, communicator) {
        try $0.search() == nil ? .stopped : .finished
      }
    }
  }
}

/// The final trainings.
struct RetrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retrain",
    abstract: "Trains the winner of the search from scratch, without the test.")
  @OptionGroup var options: RunOptions

  func run() throws {
    try Ranks.run { communicator in
      try RunSession.carryOut(options, communicator) { session in
        guard let winner = try session.search() else { return .stopped }
        return try session.retrain(session.plan.finalNetworks(winner: winner))
      }
    }
  }
}

/// The test set, or any widths on the held-out images.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Tests the trained networks, or scores widths with the supernet's weights.")
  @OptionGroup var options: RunOptions

  @Option(help: "Widths to score on the held-out images, as in 4,4,2,1; the test set stays unseen.")
  var widths: String?

  func run() throws {
    try Ranks.run { communicator in
      try RunSession.carryOut(options, communicator) { session in
        if let widths {
          try score(widths, in: session)
          return .answered
        }
        guard let winner = try session.search() else { return .stopped }
        try session.evaluate(session.plan.finalNetworks(winner: winner), winner: winner)
        return .finished
      }
    }
  }

  private func score(_ text: String, in session: RunSession) throws {
    guard let widths = Widths(parsing: text) else {
      throw UsageError(description: "--widths \(text): give one bin a group, as in 4,4,2,1")
    }
    try session.plan.space.validate(widths)
    let measured = try session.supernetEvaluator().measure(
      session.scoringRealization(of: widths), betweenPasses: {})
    session.progress.note(
      "\(widths): top-1 \(percent(measured.top1, 2)), top-5 \(percent(measured.top5, 2)), loss "
        + "\(fixed(measured.loss, 4)), \(grouped(session.plan.cost.macs(of: widths))) MACs")
  }
}

extension RunSession {
  /// Opens a session, does the phases, and leaves folder and report as the outcome asks.
  ///
  /// - Returns: the exit code.
  static func carryOut(
    _ options: RunOptions, _ communicator: any Communicator,
    _ phases: (RunSession) throws -> PhaseOutcome
  ) throws -> Int32 {
    let session = try RunSession(options, communicator)
    if options.dryRun {
      session.describe()
      return 0
    }
    do {
      let outcome = try phases(session)
      if let folder = session.folder, outcome != .answered {
        let report = try RunReport(of: folder.directory).write()
        if outcome == .finished {
          try session.finish(folder)
          session.progress.note("report: \(report)")
        }
      }
      return outcome == .stopped ? ExitStatus.savedPleaseRepeat : 0
    } catch {
      // Best effort: the error itself is what the user has to read.
      try? session.folder?.directory.setStatus(RunStatus(.failed, phase: "run", step: 0))
      throw error
    }
  }

  /// Shows the result, if there is one, and says in STATUS what is done: the whole run or the phase that was running.
  private func finish(_ folder: RunFolder) throws {
    let directory = folder.directory
    if let result = try directory.json(RunResult.self, of: directory.result) {
      progress.note(result.table)
      try directory.setStatus(RunStatus(.done, phase: "all", step: 0))
    } else if let status = try directory.status() {
      try directory.setStatus(RunStatus(.done, phase: status.phase, step: status.step))
    }
  }
}
