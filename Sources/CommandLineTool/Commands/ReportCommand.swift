import ArgumentParser
import Runs

/// Draws a run's report again.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Writes report.html of a run, finished or not.")
  @Argument(help: "The run's folder.") var folder: String

  func run() throws {
    show(try RunReport(of: try RunDirectory.existing(at: folder)).write())
  }
}
