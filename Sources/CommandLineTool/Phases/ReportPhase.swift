import Configuration
import Foundation
import Reports
import Runs
import Supernet
import Training

/// Draws `report.html` from what lies in a run's folder, whatever the run has reached.
struct RunReport {
  private let directory: RunDirectory
  private let configuration: RunConfiguration

  /// - Throws: `RunError` when the folder is no run.
  init(of directory: RunDirectory) throws {
    self.directory = directory
    configuration = try RunConfiguration.stored(in: directory)
  }

  /// Writes the page and returns its path.
  func write() throws -> String {
    try directory.write(contents().html(), to: directory.report)
    return directory.report
  }

  private func contents() throws -> ReportContents {
    var contents = ReportContents(
      runName: configuration.run.name, networkName: configuration.network.name.rawValue,
      datasetName: configuration.data.format == .synthetic
        ? "synthetic images" : URL(fileURLWithPath: configuration.data.path).lastPathComponent)
    contents.configuration = configuration.resolvedYAML
    contents.updated = Date().ISO8601Format()
    let result = try directory.json(RunResult.self, of: directory.result)
    let network = try directory.json(RunNetwork.self, of: directory.network)
    // The width groups are the same for any number of classes.
    let architecture = try Architecture.named(
      configuration.network.name.rawValue,
      image: FeatureShape(
        channels: configuration.data.image.channels, height: configuration.data.image.height,
        width: configuration.data.image.width), classes: network?.classes ?? 2)
    contents.groups = architecture.widthGroups.map {
      GroupWidth(name: $0.name, channels: $0.channels)
    }
    try addEnvironment(to: &contents)
    let training = try MetricsLog.records(at: directory.metrics(.train))
    let retraining = try MetricsLog.records(at: directory.metrics(.retrain))
    contents.curves = curves(training) + curves(retraining)
    let scores = try Journal<ScoreRecord>.records(at: directory.searchJournal)
    contents.search = search(scores, network, winner: result?.winner)
    contents.phases = phases(training) + searchTime(scores) + phases(retraining)
    add(result, to: &contents)
    return contents
  }

  private func addEnvironment(to contents: inout ReportContents) throws {
    guard let environment = try directory.json(RunEnvironment.self, of: directory.environment)
    else { return }
    contents.command = environment.command.joined(separator: " ")
    contents.started = environment.date
    contents.environment = [
      Fact("machine", environment.host), Fact("system", environment.operatingSystem),
      Fact("processors", "\(environment.cores)"), Fact("MPI", environment.mpi ?? "none"),
      Fact("program", environment.program),
    ]
  }

  /// One curve for each phase of a log, over its own steps.
  private func curves(_ records: [[String: MetricValue]]) -> [TrainingCurve] {
    phaseNames(records).map { phase in
      let points = records.filter { $0["phase"] == .text(phase) }
      let epochs = points.compactMap { $0["epoch"]?.number }
      return TrainingCurve(
        phase: phase == RunSession.supernetPhase ? "Supernet" : "Retraining",
        role: NetworkRole(rawValue: phase.replacing("retrain-", with: "")) ?? .supernet,
        images: .training,
        points: zip(points, epochs).map { record, epoch in
          CurvePoint(
            step: Int(record["step"]?.number ?? 0), epoch: epoch,
            loss: record["train/loss"]?.number, accuracy: record["train/top1"]?.number)
        })
    }
  }

  private func phases(_ records: [[String: MetricValue]]) -> [PhaseTime] {
    phaseNames(records).map { phase in
      let rows = records.filter { $0["phase"] == .text(phase) }
      let seconds = rows.reduce(0) {
        $0 + ($1["time/step"]?.number ?? 0) * ($1["steps"]?.number ?? 0)
      }
      let images = rows.compactMap { $0["images"]?.number }.max() ?? 0
      return PhaseTime(
        name: phase, seconds: seconds, imagesPerSecond: seconds > 0 ? images / seconds : nil)
    }
  }

  private func phaseNames(_ records: [[String: MetricValue]]) -> [String] {
    records.reduce(into: []) { names, record in
      if case .text(let phase)? = record["phase"], !names.contains(phase) { names.append(phase) }
    }
  }

  /// Ranks score side by side, so the phase took about the busiest rank's seconds.
  private func searchTime(_ scores: [ScoreRecord]) -> [PhaseTime] {
    let seconds = Dictionary(grouping: scores, by: \.rank).values.map { own in
      own.reduce(0) { $0 + $1.seconds }
    }
    return seconds.max().map { [PhaseTime(name: "search", seconds: $0)] } ?? []
  }

  private func search(
    _ scores: [ScoreRecord], _ network: RunNetwork?, winner: String?
  ) -> SearchResult? {
    guard !scores.isEmpty, let network else { return nil }
    return SearchResult(
      candidates: scores.map {
        ReportCandidate(
          macs: $0.macs, parameters: $0.parameters, accuracy: $0.accuracy,
          isComplete: $0.stoppedAfter == nil, generation: $0.generation, bins: $0.bins)
      }, window: network.lowestMacs...network.highestMacs, mostParameters: network.mostParameters,
      winner: scores.firstIndex { "\(Widths(bins: $0.bins))" == winner })
  }

  private func add(_ result: RunResult?, to contents: inout ReportContents) {
    contents.reproducibility = [Fact("seed", "\(configuration.run.seed)")]
    guard let result else { return }
    contents.testImages = result.testImages
    contents.networks = result.networks.compactMap { network in
      NetworkRole(rawValue: network.role).map { role in
        NetworkResult(
          role: role, name: network.role, macs: network.macs, parameters: network.parameters,
          channels: network.channels, supernetAccuracy: network.supernetTop1,
          testAccuracy: network.testTop1)
      }
    }
    contents.reproducibility += result.networks.map {
      Fact("\($0.role) parameters (XXH3)", $0.parameterDigest)
    }
  }
}

extension MetricValue {
  /// The value as a number, where it is one.
  fileprivate var number: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    case .text, .flag, .missing: nil
    }
  }
}
