import Foundation
import Runs
import Testing

struct RunDirectoryTests {
  private let folder = TemporaryFolder()
  private var path: String { "\(folder.path)/runs/first" }

  @Test("Opening makes the folders, and opening again changes nothing")
  func open() throws {
    for _ in 0..<2 {
      let run = try RunDirectory.open(at: path)
      #expect(folder.names(in: "runs/first") == ["checkpoints", "metrics", "search"])
      #expect(run.configuration == "\(path)/config.yaml")
      #expect(run.givenConfiguration == "\(path)/config.input.yaml")
      #expect(run.environment == "\(path)/env.json")
      #expect(run.result == "\(path)/result.json")
      #expect(run.report == "\(path)/report.html")
      #expect(run.searchJournal == "\(path)/search/journal.jsonl")
      #expect(run.checkpoints == "\(path)/checkpoints")
      #expect(run.metrics(.retrain) == "\(path)/metrics/retrain.jsonl")
    }
  }

  @Test("A file in the folder's place is named")
  func fileInTheWay() {
    folder.write([], to: "runs")
    let error = failure { () throws(RunError) in try RunDirectory.open(at: path) }
    #expect(
      error?.description
        == "cannot create \(folder.path)/runs: File exists; correct the path")
    #expect(error?.exitCode == 73)
  }

  @Test("A run that is not there is a missing input")
  func missing() throws {
    let error = failure { () throws(RunError) in try RunDirectory.existing(at: path) }
    #expect(
      error?.description == "cannot read \(path): No such file or directory; correct the path")
    #expect(error?.exitCode == 66)
    #expect(folder.names(in: "") == [])
    _ = try RunDirectory.open(at: path)
    #expect(try RunDirectory.existing(at: path).status() == nil)
  }

  @Test("The status is one line", arguments: RunStatus.State.allCases)
  func status(state: RunStatus.State) throws {
    let run = try RunDirectory.open(at: path)
    try run.setStatus(RunStatus(state, phase: "train", step: 1200))
    #expect(folder.text("runs/first/STATUS") == "\(state) train step 1200\n")
    #expect(try run.status() == RunStatus(state, phase: "train", step: 1200))
  }

  @Test(
    "A status that is not one is an error",
    arguments: ["", "running", "running train step x", "asleep train step 1"])
  func damagedStatus(text: String) throws {
    let run = try RunDirectory.open(at: path)
    folder.write(text.utf8, to: "runs/first/STATUS")
    #expect(failure { () throws(RunError) in try run.status() }?.exitCode == 65)
  }

  @Test("Attempts count up over openings")
  func attempts() throws {
    for expected in 1...3 {
      #expect(try RunDirectory.open(at: path).beginAttempt() == expected)
    }
    let run = try RunDirectory.existing(at: path)
    #expect(try run.attempts() == 3)
    folder.write("many".utf8, to: "runs/first/attempt")
    #expect(failure { () throws(RunError) in try run.attempts() }?.exitCode == 65)
  }

  @Test(
    "A small file is the old or the new one whatever happens", arguments: FaultyFiles.Fault.allCases
  )
  func replacing(fault: FaultyFiles.Fault) throws {
    let run = try RunDirectory.open(at: path)
    for position in 0..<6 {
      try run.write("the old text", to: run.result)
      let error = failure { () throws(RunError) in
        let faulty = try RunDirectory.open(at: path, files: FaultyFiles(fault, at: position))
        try faulty.write("the new one", to: run.result)
      }
      #expect(error != nil || fault == .diskFull)
      let text = try run.text(of: run.result)
      #expect(
        error != nil && text == "the old text" || text == "the new one", "operation \(position)")
    }
  }

  @Test("JSON comes back, and something else is refused")
  func json() throws {
    let run = try RunDirectory.open(at: path)
    #expect(try run.json([String: Double].self, of: run.result) == nil)
    try run.write(json: ["b": 0.5, "a": -Double.infinity], to: run.result)
    #expect(folder.text("runs/first/result.json") == "{\"a\":\"-inf\",\"b\":0.5}\n")
    #expect(
      try run.json([String: Double].self, of: run.result) == ["b": 0.5, "a": -Double.infinity])
    let error = failure { () throws(RunError) in try run.json([Int].self, of: run.result) }
    #expect(error?.exitCode == 65)
  }

  @Test("A value that has no JSON is the program's fault")
  func notEncodable() throws {
    struct Stubborn: Encodable {
      func encode(to encoder: any Encoder) throws { throw CocoaError(.coderInvalidValue) }
    }
    let run = try RunDirectory.open(at: path)
    let error = failure { () throws(RunError) in try run.write(json: Stubborn(), to: run.result) }
    #expect(error?.exitCode == 70)
    #expect(error?.description.hasPrefix("cannot write \(run.result) as JSON: ") == true)
  }

  @Test("The environment says where and how, and comes back")
  func environment() throws {
    let run = try RunDirectory.open(at: path)
    let environment = RunEnvironment.collect(
      program: "1.2", mpi: "Open MPI 4.1", command: ["vernier", "run"],
      variables: ["VERNIER_GIT_COMMIT": "abc", "SLURM_JOB_ID": "17"])
    #expect(environment.gitCommit == "abc" && environment.job == "17")
    #expect(environment.cores >= 1 && environment.memory > 0 && !environment.host.isEmpty)
    try run.write(json: environment, to: run.environment)
    #expect(try run.json(RunEnvironment.self, of: run.environment) == environment)
  }
}
