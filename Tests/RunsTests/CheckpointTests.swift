import Foundation
import Runs
import Testing

struct CheckpointTests {
  private let folder = TemporaryFolder()

  private func store(keep: Int = 3) -> CheckpointStore {
    CheckpointStore(directory: "\(folder.path)/checkpoints", keep: keep)
  }

  private func saveSteps(_ steps: [Int], keep: Int = 3) throws {
    for step in steps { try SampleState(seed: step).save(in: store(keep: keep), step: step) }
  }

  private func damage(_ file: String, _ change: (inout [UInt8]) -> Void) {
    var bytes = folder.read("checkpoints/\(file)")
    change(&bytes)
    folder.write(bytes, to: "checkpoints/\(file)")
  }

  @Test("What is loaded is what was saved")
  func roundTrip() throws {
    try saveSteps([12500])
    let recovery = try #require(try store().newestIntact(phase: "train"))
    #expect(recovery.checkpoint.path == "\(folder.path)/checkpoints/train-step-00012500")
    #expect(recovery.checkpoint.step == 12500)
    #expect(recovery.checkpoint.phase == "train")
    #expect(try SampleState.load(recovery.checkpoint) == SampleState(seed: 12500))
    #expect(
      folder.names(in: "checkpoints/train-step-00012500")
        == ["manifest.json", "momentum.safetensors", "parameters.safetensors", "state.json"])
  }

  @Test("A run without checkpoints has none to go on from")
  func noCheckpoints() throws {
    #expect(try store().newestIntact(phase: "train") == nil)
    try saveSteps([1])
    #expect(try store().newestIntact(phase: "retrain") == nil)
  }

  @Test("The last checkpoints of each phase are kept, and nothing else of the user's is touched")
  func pruning() throws {
    try saveSteps([100_000_000, 1, 2], keep: 2)
    folder.write([1], to: "checkpoints/notes.txt")
    try SampleState(seed: 9).save(in: store(keep: 2), phase: "retrain", step: 1)
    try saveSteps([3], keep: 2)
    #expect(
      folder.names(in: "checkpoints") == [
        "latest", "notes.txt", "retrain-step-00000001", "train-step-00000002",
        "train-step-00000003",
      ])
  }

  @Test("The pointer names the checkpoint saved last")
  func pointer() throws {
    try saveSteps([1])
    try SampleState(seed: 9).save(in: store(), phase: "retrain", step: 7)
    #expect(folder.text("checkpoints/latest") == "retrain-step-00000007\n")
  }

  @Test("A damaged newest checkpoint is named and the one before is used")
  func fallback() throws {
    try saveSteps([1, 2, 3])
    damage("train-step-00000003/parameters.safetensors") { $0.removeLast() }
    folder.remove("checkpoints/train-step-00000002/momentum.safetensors")
    let recovery = try #require(try store().newestIntact(phase: "train"))
    #expect(try SampleState.load(recovery.checkpoint) == SampleState(seed: 1))
    let size = folder.read("checkpoints/train-step-00000001/parameters.safetensors").count
    #expect(
      recovery.warnings == [
        "checkpoint train-step-00000003 is damaged (parameters.safetensors: it has \(size - 1) bytes "
          + "instead of \(size)); going on from train-step-00000001 instead",
        "checkpoint train-step-00000002 is damaged (momentum.safetensors is missing); "
          + "going on from train-step-00000001 instead",
      ])
  }

  @Test("A copy of another run's checkpoint is that checkpoint, or nothing")
  func copying() throws {
    try saveSteps([4])
    let own = try #require(try store().newestIntact(phase: "train")).checkpoint
    let other = CheckpointStore(directory: "\(folder.path)/other", keep: 1)
    try other.saveCopy(of: own)
    let copy = try #require(try other.newestIntact(phase: "train")).checkpoint
    #expect(try SampleState.load(copy) == SampleState(seed: 4))
    #expect(
      folder.names(in: "other/train-step-00000004")
        == folder.names(in: "checkpoints/train-step-00000004"))
    #expect(folder.text("other/latest") == "train-step-00000004\n")

    damage("train-step-00000004/momentum.safetensors") { $0[100] ^= 1 }
    let third = CheckpointStore(directory: "\(folder.path)/third", keep: 1)
    let error = failure { () throws(RunError) in try third.saveCopy(of: own) }
    #expect(error?.exitCode == 65)
    #expect(try third.newestIntact(phase: "train") == nil)
    #expect(folder.names(in: "third").isEmpty)
  }

  @Test("Going on before damaged checkpoints removes them, never the one just saved")
  func savingBeforeDamagedOnes() throws {
    try saveSteps([1, 5, 6], keep: 2)
    for step in [5, 6] { damage("train-step-0000000\(step)/state.json") { $0[0] ^= 1 } }
    try saveSteps([2], keep: 2)
    #expect(folder.names(in: "checkpoints") == ["latest", "train-step-00000002"])
  }

  @Test("Any altered byte of any file is noticed")
  func everyByte() throws {
    try saveSteps([1])
    let directory = "train-step-00000001"
    var altered = 0
    for file in folder.names(in: "checkpoints/\(directory)") {
      let original = folder.read("checkpoints/\(directory)/\(file)")
      for index in original.indices {
        damage("\(directory)/\(file)") { $0[index] ^= 4 }
        let error = failure { () throws(RunError) in try store().newestIntact(phase: "train") }
        #expect(error?.exitCode == 65, "\(file), byte \(index)")
        folder.write(original, to: "checkpoints/\(directory)/\(file)")
        altered += 1
      }
    }
    #expect(altered > 500)
    #expect(try store().newestIntact(phase: "train") != nil)
  }

  @Test("When no checkpoint is whole, starting afresh is left to the user")
  func allDamaged() throws {
    try saveSteps([1])
    damage("train-step-00000001/manifest.json") { $0 = [] }
    let error = failure { () throws(RunError) in try store().newestIntact(phase: "train") }
    #expect(
      error?.description
        == "\(folder.path)/checkpoints/train-step-00000001 is damaged: manifest.json: it is not a "
        + "manifest, and train has no intact checkpoint beside it; restore it from a copy, or "
        + "delete it to do without")
  }

  @Test("A checkpoint of a later format is not misread")
  func laterFormat() throws {
    try saveSteps([1])
    let manifest = folder.text("checkpoints/train-step-00000001/manifest.json")
    folder.write(
      manifest.replacingOccurrences(of: "\"format\":2", with: "\"format\":3").utf8,
      to: "checkpoints/train-step-00000001/manifest.json")
    let error = failure { () throws(RunError) in try store().newestIntact(phase: "train") }
    #expect(error?.description.contains("it has format 3 and this program reads 2") == true)
  }

  @Test("Values that are not finite are never saved over the last good state")
  func notFinite() throws {
    try saveSteps([1])
    for bad in [Float.nan, .infinity] {
      var state = SampleState(seed: 2)
      state.momentum[14] = bad
      let error = failure { () throws(RunError) in try state.save(in: store(), step: 2) }
      #expect(error == .notFinite(tensor: "layer1.weight", phase: "train", step: 2))
      #expect(error?.exitCode == 70)
    }
    #expect(folder.names(in: "checkpoints") == ["latest", "train-step-00000001"])
  }

  @Test("Another network's checkpoint is refused by name and changes nothing")
  func anotherNetwork() throws {
    try saveSteps([1])
    let checkpoint = try #require(try store().newestIntact(phase: "train")).checkpoint
    var values = [Float](repeating: 7, count: 15)
    for (name, shape, sentence) in [
      ("layer1.weight", [5, 3], "layer1.weight has shape [3, 5] instead of [5, 3]"),
      ("layer2.weight", [3, 5], "it has no tensor layer2.weight"),
    ] {
      var single: [Float] = [7]
      let error = failure { () throws(RunError) in
        try values.withUnsafeMutableBufferPointer { (values) throws(RunError) in
          try single.withUnsafeMutableBufferPointer { (single) throws(RunError) in
            try checkpoint.load(
              "parameters",
              into: [
                TensorDestination(name: "layer1.bias", shape: [], values: single),
                TensorDestination(name: name, shape: shape, values: values),
              ])
          }
        }
      }
      #expect(
        error == .mismatch(path: checkpoint.path + "/parameters.safetensors", reason: sentence))
      #expect(error?.exitCode == 65)
      #expect(single == [7] && values.allSatisfy { $0 == 7 })
    }
  }

  @Test("A state of another kind is refused")
  func anotherState() throws {
    try saveSteps([1])
    let checkpoint = try #require(try store().newestIntact(phase: "train")).checkpoint
    let error = failure { () throws(RunError) in try checkpoint.state(as: [Int].self) }
    #expect(
      error == .mismatch(path: checkpoint.path + "/state.json", reason: "it is not a Array<Int>"))
  }

  @Test("The digest of a saved group is that of the values in memory")
  func digest() throws {
    try saveSteps([1])
    let checkpoint = try #require(try store().newestIntact(phase: "train")).checkpoint
    let state = SampleState(seed: 1)
    let digest = state.parameters.withUnsafeBufferPointer { weight in
      state.bias.withUnsafeBufferPointer { bias in
        parameterDigest(of: [
          NamedTensor(name: "any", shape: [15], values: weight),
          NamedTensor(name: "other", shape: [1], values: bias),
        ])
      }
    }
    #expect(try checkpoint.parameterDigest(of: "parameters") == digest)
    #expect(try checkpoint.parameterDigest(of: "momentum") != digest)
  }
}
