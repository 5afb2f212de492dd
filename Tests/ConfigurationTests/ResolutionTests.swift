import Configuration
import Foundation
import Testing

@Suite struct ResolutionTests {
  @Test func defaultsThatDependOnAnotherKeyFollowIt() throws {
    let small = try parsed(Example.jpeg, set: ["search.population=7"]).search
    #expect(children(small) == "3 + 3 from 7")
    let large = try parsed(Example.jpeg, set: ["search.population=80", "search.top=5"]).search
    #expect(children(large) == "40 + 40 from 5")
    let grey = try parsed(Example.jpeg, set: ["data.image.channels=1", "data.mean=[0.3]"]).data
    #expect(grey.mean == [0.3])
    #expect(grey.deviation == [0.5])
  }

  private func children(_ search: RunConfiguration.Search) -> String {
    "\(search.mutations) + \(search.crossovers) from \(search.top)"
  }

  @Test(arguments: [
    ("50%", 105_641_728), ("105M", 105_000_000), ("105.64M", 105_640_000), ("1.5G", 1_500_000_000),
    ("12K", 12_000), ("105640960", 105_640_960),
  ])
  func aBudgetIsAPartOfTheFullNetworkOrANumberOfMACs(text: String, expected: Int) throws {
    let budget = try parsed(Example.jpeg, set: ["search.budget.macs=\(text)"]).search.budget
    #expect(budget.macs.resolved(full: 211_283_457) == expected)
  }

  @Test func theWindowOfABudgetRoundsInwards() throws {
    let budget = try parsed(Example.jpeg).search.budget
    #expect(budget.macs(full: 101) == 40...50)
    #expect(budget.macs(full: 103) == 41...51)
    let exact = try parsed(Example.jpeg, set: ["search.budget.lowest=100%"]).search.budget
    #expect(exact.macs(full: 101) == 50...50)
  }

  @Test func groupsMustBeThoseOfTheNetwork() throws {
    let names = ["features.0.conv", "features.1.conv", "head"]
    try parsed(Example.jpeg, set: ["space.groups.head.bins=8"]).space
      .checkGroups(among: names, of: "tiny")
    for (wrong, hint) in [("features.1.con", "did you mean 'features.1.conv'? The"), ("a", "the")] {
      let space = try parsed(Example.jpeg, set: ["space.groups.\(wrong).bins=8"]).space
      let error = #expect(throws: ConfigurationError.self) {
        try space.checkGroups(among: names, of: "tiny")
      }
      #expect(
        error?.description
          == "space.groups: tiny has no width group '\(wrong)'; \(hint) width groups are "
          + "features.0.conv, features.1.conv, head")
    }
  }

  @Test func parametersHaveABoundOnlyWhereOneIsGiven() throws {
    #expect(try parsed(Example.jpeg).search.budget.mostParameters(full: 1000) == nil)
    for (text, most) in [("50%", 500), ("0.6K", 600), ("999", 999), ("1000", nil), ("2M", nil)] {
      let budget = try parsed(Example.jpeg, set: ["search.budget.parameters=\(text)"]).search.budget
      #expect(budget.mostParameters(full: 1000) == most)
      #expect(budget.macs(full: 101) == 40...50)
    }
  }

  @Test(arguments: [
    ("200st", Interval.steps(200)), ("1ep", .epochs(1)), ("30s", .seconds(30)),
    ("10min", .seconds(600)), ("2h", .seconds(7200)),
  ])
  func anIntervalHasAUnit(text: String, expected: Interval) throws {
    #expect(
      try parsed(Example.jpeg, set: ["checkpoint.every=\(text)"]).checkpoint.every == expected)
  }

  @Test(arguments: [
    ("$IMAGES/a", "/mnt/images/a"), ("${IMAGES}/a", "/mnt/images/a"), ("$IMAGES", "/mnt/images"),
    ("~/a", "/home/x/a"), ("$BELOW_HOME/a", "/home/x/b/a"), ("a/$IMAGES", "a/$IMAGES"), ("a", "a"),
  ])
  func aLeadingVariableOrTildeOfThePathIsExpanded(text: String, expected: String) throws {
    let environment = ["IMAGES": "/mnt/images", "HOME": "/home/x", "BELOW_HOME": "~/b"]
    let configuration = try parsed(
      Example.jpeg, set: ["data.path=\(text)"], environment: environment)
    #expect(configuration.data.path == expected)
  }

  @Test func wordsAreMatchedByTheirTextNotByWhatYAMLMakesOfThem() throws {
    let configuration = try parsed(
      "run: {name: no}\ndata: {path: 010}\nnetwork: {name: \"resnet20\"}\n")
    #expect(configuration.run.name == "no")
    #expect(configuration.data.path == "010")
    #expect(configuration.network.name == .resNet20)
  }

  @Test func anEmptySectionHasItsDefaultsAndAnAliasItsAnchorsValue() throws {
    let text = Example.jpeg + "search:\nsupernet: {optimizer: &o {momentum: 0.8}}\n"
    let configuration = try parsed(text + "retrain: {optimizer: *o}\n")
    #expect(configuration.search.population == 50)
    #expect(configuration.retrain.recipe.optimizer.momentum == 0.8)
  }

  @Test func aFileThatIsNotThereOrNotTextIsRefusedByName() throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(
      "configuration-\(UUID()).yaml"
    ).path
    let missing = #expect(throws: ConfigurationError.self) {
      try RunConfiguration.load(file: file)
    }
    #expect(missing?.description == "\(file): this configuration file cannot be read")
    defer { try? FileManager.default.removeItem(atPath: file) }
    try Data([0xff, 0xfe, 0x00]).write(to: URL(fileURLWithPath: file))
    let binary = #expect(throws: ConfigurationError.self) {
      try RunConfiguration.load(file: file)
    }
    #expect(binary?.description == "\(file): this configuration file is not text in UTF-8")
  }
}
