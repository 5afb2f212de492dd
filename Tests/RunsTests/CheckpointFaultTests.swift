import Runs
import Testing

/// Every operation of a save fails, in every way, one after the other.
struct CheckpointFaultTests {
  /// Saves steps 1 and 2, then `step` with a fault at `position`.
  private func saveWithFault(
    _ fault: FaultyFiles.Fault?, at position: Int, step: Int
  ) throws -> (folder: TemporaryFolder, error: RunError?, operations: Int) {
    let folder = TemporaryFolder()
    for earlier in [1, 2] {
      try SampleState(seed: earlier).save(in: store(in: folder), step: earlier)
    }
    let faulty = FaultyFiles(fault, at: position)
    let error = failure { () throws(RunError) in
      try SampleState(seed: 3).save(in: store(in: folder, faulty), step: step)
    }
    return (folder, error, faulty.operations)
  }

  private func store(
    in folder: TemporaryFolder, _ files: FaultyFiles = FaultyFiles()
  ) -> CheckpointStore {
    CheckpointStore(directory: "\(folder.path)/checkpoints", keep: 2, files: files)
  }

  private func operations(savingStep step: Int) throws -> Int {
    let (_, error, operations) = try saveWithFault(nil, at: .max, step: step)
    #expect(error == nil)
    return operations
  }

  @Test(
    "A stop or failure at any operation leaves the last checkpoint or the new one",
    arguments: FaultyFiles.Fault.allCases, [2, 3])
  func anyOperation(fault: FaultyFiles.Fault, step: Int) throws {
    let last = try operations(savingStep: step)
    #expect(last > 20)
    var outcomes: Set<Int> = []
    for position in 0..<last {
      let (folder, error, _) = try saveWithFault(fault, at: position, step: step)
      guard error != nil || fault == .diskFull else {
        Issue.record("\(fault) at operation \(position) went unnoticed")
        continue
      }
      let recovery = try #require(try store(in: folder).newestIntact(phase: "train"))
      let state = try SampleState.load(recovery.checkpoint)
      outcomes.insert(state.progress.epoch)
      #expect(recovery.warnings == [], "operation \(position)")
      #expect(
        state == SampleState(seed: 2) || state == SampleState(seed: 3), "operation \(position)")
      try requireNextSaveWorks(in: folder, step: step, position: position)
    }
    #expect(outcomes == [2, 3])
  }

  @Test(
    "A stop or failure at any operation of a copy leaves none or a whole one",
    arguments: FaultyFiles.Fault.allCases)
  func anyOperationOfACopy(fault: FaultyFiles.Fault) throws {
    let source = TemporaryFolder()
    try SampleState(seed: 3).save(in: store(in: source), step: 3)
    let original = try #require(try store(in: source).newestIntact(phase: "train")).checkpoint
    let (place, whole) = (TemporaryFolder(), FaultyFiles())
    try store(in: place, whole).saveCopy(of: original)
    #expect(place.names(in: "checkpoints") == ["latest", "train-step-00000003"])
    #expect(whole.operations > 15)
    for position in 0..<whole.operations {
      let folder = TemporaryFolder()
      let error = failure { () throws(RunError) in
        try store(in: folder, FaultyFiles(fault, at: position)).saveCopy(of: original)
      }
      guard error != nil || fault == .diskFull else {
        Issue.record("\(fault) at operation \(position) went unnoticed")
        continue
      }
      if let recovery = try store(in: folder).newestIntact(phase: "train") {
        #expect(try SampleState.load(recovery.checkpoint) == SampleState(seed: 3))
        #expect(recovery.warnings == [], "operation \(position)")
      }
      try store(in: folder).saveCopy(of: original)
      let copy = try #require(try store(in: folder).newestIntact(phase: "train"))
      #expect(try SampleState.load(copy.checkpoint) == SampleState(seed: 3))
      #expect(folder.names(in: "checkpoints") == ["latest", "train-step-00000003"])
    }
  }

  private func requireNextSaveWorks(
    in folder: TemporaryFolder, step: Int, position: Int
  ) throws {
    try SampleState(seed: 4).save(in: store(in: folder), step: step)
    let recovery = try #require(try store(in: folder).newestIntact(phase: "train"))
    #expect(try SampleState.load(recovery.checkpoint) == SampleState(seed: 4))
    let kept = [step - 1, step].map { "train-step-0000000\($0)" }
    #expect(folder.names(in: "checkpoints") == ["latest"] + kept, "operation \(position)")
    #expect(folder.text("checkpoints/latest") == "train-step-0000000\(step)\n")
  }

  @Test("A save that returned survives a loss of power")
  func acknowledged() throws {
    let last = try operations(savingStep: 3)
    let folder = TemporaryFolder()
    let files = FaultyFiles(.powerLoss, at: 2 * last)
    for step in [1, 2, 3] { try SampleState(seed: step).save(in: store(in: folder), step: step) }
    try SampleState(seed: 4).save(in: store(in: folder, files), step: 4)
    while failure(of: { () throws(RunError) in try files.makeDirectory(folder.path) }) == nil {}
    let recovery = try #require(try store(in: folder).newestIntact(phase: "train"))
    #expect(try SampleState.load(recovery.checkpoint) == SampleState(seed: 4))
    #expect(folder.text("checkpoints/latest") == "train-step-00000004\n")
  }

  @Test("A full disk leaves nothing half-written and says so")
  func fullDisk() throws {
    for position in 0..<(try operations(savingStep: 3)) {
      let (folder, error, _) = try saveWithFault(.diskFull, at: position, step: 3)
      #expect(
        !folder.names(in: "checkpoints").contains { $0.hasPrefix(".") }, "operation \(position)")
      guard let error else { continue }
      #expect(error.exitCode == 73)
      #expect(
        error.description.hasSuffix(
          "No space left on device; free some space, then give the same command again"))
    }
  }
}
