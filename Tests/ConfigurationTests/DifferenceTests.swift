import Configuration
import Testing

@Suite struct DifferenceTests {
  @Test func nothingDiffersFromItself() throws {
    #expect(try parsed(Example.jpeg).differences(from: parsed(Example.jpeg)).isEmpty)
  }

  @Test func everyChangedKeyIsNamedWithBothValues() throws {
    let changed = try parsed(
      Example.jpeg,
      set: ["engine.threads=2", "retrain.schedule.kind=step", "retrain.schedule.milestones=[3]"])
    #expect(
      changed.differences(from: try parsed(Example.jpeg)).map(\.description) == [
        "engine.threads: 0 -> 2",
        "retrain.schedule.kind: cosine -> step",
        "retrain.schedule.final_learning_rate: 0 -> (not set)",
        "retrain.schedule.milestones: (not set) -> [3]",
        "retrain.schedule.factor: (not set) -> 0.1",
      ])
  }

  @Test func choicesOfAGroupAreKeysOfTheirOwn() throws {
    let changed = try parsed(
      Example.byCost,
      set: ["space.groups.stage.0.conv.bins=8", "space.groups.stem.lowest=2"])
    #expect(
      changed.differences(from: try parsed(Example.byCost)).map(\.description) == [
        "space.groups.stage.0.conv.bins: 6 -> 8", "space.groups.stem.lowest: (not set) -> 2",
      ])
  }

  @Test func onlyKeysWithoutInfluenceOnResultsMayChange() throws {
    let free = try parsed(
      Example.jpeg,
      set: [
        "engine.threads=2", "data.workers=2", "search.cache=0", "data.path=b", "log.every=1",
        "checkpoint.every=1ep",
        "checkpoint.keep=9",
      ])
    let changes = free.differences(from: try parsed(Example.jpeg))
    #expect(changes.map(\.mayChangeOnResume) == Array(repeating: true, count: 7))

    let bound = try parsed(Example.jpeg, set: ["engine.kernels=v3", "run.seed=2"])
    let refused = bound.differences(from: try parsed(Example.jpeg))
    #expect(refused.map(\.mayChangeOnResume) == [false, false])
  }

  @Test func onlyKeysThatDoNotTrainItLeaveTheSupernet() throws {
    let base = try parsed(Example.jpeg)
    let free = try parsed(
      Example.jpeg,
      set: [
        "run.name=b", "engine.threads=2", "supernet.from=runs/a", "calibration.images=256",
        "search.budget.macs=30%", "retrain.epochs=3", "data.workers=2",
      ])
    let changes = free.differences(from: base)
    #expect(changes.count == 7 && changes.allSatisfy(free.mayTakeSupernet))

    let bound = try parsed(
      Example.jpeg,
      set: [
        "run.seed=2", "data.held_out=9", "space.bins=5", "cluster.shards=2", "supernet.epochs=9",
        "engine.kernels=v3",
      ])
    let refused = bound.differences(from: base)
    #expect(refused.count == 6 && !refused.contains(where: bound.mayTakeSupernet))
  }

  /// One sampler trains for the budget, another by scores.
  @Test(arguments: [
    (["supernet.sampler=marginals"], "search.budget.macs=30%"),
    (
      ["supernet.sampler=attentive", "supernet.attentive.judge=predictor"], "calibration.images=256"
    ),
  ])
  func whatASamplerTrainsByBelongsToTheSupernet(sampler: [String], change: String) throws {
    let base = try parsed(Example.jpeg, set: sampler)
    let changed = try parsed(Example.jpeg, set: sampler + [change])
    let differences = changed.differences(from: base)
    #expect(differences.count == 1 && !differences.contains(where: changed.mayTakeSupernet))
  }

  @Test func theKeysThatMayChangeExist() {
    let known = Set(RunConfiguration.reference.map(\.path))
    #expect(RunConfiguration.keysThatMayChangeOnResume.isSubset(of: known))
  }

  /// A run that was started before the temperature could be chosen was distilled at 1, not at today's default.
  @Test func keysYoungerThanARunMeanWhatItsVersionDid() throws {
    let now = try parsed(Example.jpeg)
    let lines = now.resolvedYAML.split(separator: "\n", omittingEmptySubsequences: false)
    let text = lines.filter { !$0.contains("temperature:") }.joined(separator: "\n")
    try #require(text.count < now.resolvedYAML.count)
    let stored = try RunConfiguration.parse(stored: text, fileName: "config.yaml")
    #expect(
      now.differences(from: stored).map(\.description) == ["supernet.temperature: 1 -> 3"])
    // Before there were variants all runs followed what is recommended.
    let bilateral = try parsed(Example.bilateral)
    let lacking = bilateral.resolvedYAML.split(separator: "\n").filter { !$0.contains("variant:") }
    let earlier = try RunConfiguration.parse(
      stored: lacking.joined(separator: "\n"), fileName: "config.yaml")
    #expect(bilateral.differences(from: earlier).isEmpty)
    let whole = try RunConfiguration.parse(stored: now.resolvedYAML, fileName: "config.yaml")
    #expect(now.differences(from: whole).isEmpty)
  }
}
