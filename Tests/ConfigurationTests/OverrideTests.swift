import Configuration
import Testing

@Suite struct OverrideTests {
  static let refusals: [(override: String, sentence: String)] = [
    (
      "search.populaton=40",
      "--set search.populaton=40: unknown key 'populaton' in 'search'; did you mean 'population'?"
    ),
    (
      "serach.population=40",
      "--set serach.population=40: unknown key 'serach' at the top level; did you mean 'search'?"
    ),
    (
      "search.population=0",
      "--set search.population=0: search.population must be a whole number from 2 to 1000000, "
        + "but it is 0"
    ),
    (
      "search.population",
      "--set search.population: an override is written key=value, for example search.population=40"
    ),
    (
      "search..population=3",
      "--set search..population=3: an override is written key=value, "
        + "for example search.population=40"
    ),
    (
      "log.every.steps=3",
      "--set log.every.steps=3: the configuration file gives a value here, "
        + "not a section with a key 'steps'"
    ),
    (
      "search.population.size=3",
      "--set search.population.size=3: search.population must be a whole number from 2 to "
        + "1000000, but it is a section"
    ),
    (
      "space.groups.a.b.bims=3",
      "--set space.groups.a.b.bims=3: unknown key 'bims' in 'space.groups.a.b'; did you mean 'bins'?"
    ),
    (
      "space.groups.stem=3",
      "--set space.groups.stem=3: space.groups.stem must be a section of keys, but it is '3'"
    ),
    ("search=3", "--set search=3: search must be a section of keys, but it is '3'"),
    (
      "retrain.also=[base",
      "--set retrain.also=[base: this is not valid YAML: did not find expected ',' or ']'"
    ),
    (
      "cluster.shards=5",
      "--set cluster.shards=5: supernet.batch (64) must be a multiple of cluster.shards (5), "
        + "so that all shards are equal"
    ),
    (
      "data.path=$NOWHERE",
      "--set data.path=$NOWHERE: data.path needs the environment variable NOWHERE, "
        + "which is not set or empty"
    ),
  ]

  static let file = Example.jpeg + "supernet: {batch: 64}\nlog: {every: 7}\ncheckpoint:\n"

  @Test(arguments: refusals)
  func isRefusedByItsOwnText(override: String, sentence: String) {
    #expect(refusal(Self.file, set: [override]) == sentence)
  }

  @Test func laterOverridesWinOverEarlierOnesOverTheFileOverTheDefault() throws {
    #expect(try parsed(Example.jpeg).log.every == 20)
    #expect(try parsed(Self.file).log.every == 7)
    #expect(try parsed(Self.file, set: ["log.every=8"]).log.every == 8)
    #expect(try parsed(Self.file, set: ["log.every=8", "log.every=9"]).log.every == 9)
  }

  @Test func leaveTheOtherKeysOfTheirSectionAlone() throws {
    let configuration = try parsed(Self.file, set: ["supernet.epochs=9", "checkpoint.keep=2"])
    #expect(configuration.supernet.recipe.epochs == 9)
    #expect(configuration.supernet.recipe.batch == 64)
    #expect(configuration.checkpoint.keep == 2)
  }

  @Test func giveListsAndTextWithoutQuotes() throws {
    let configuration = try parsed(
      Self.file,
      set: ["retrain.also=[uniform]", "data.path=with: colon # and = signs", "run.name=2024"])
    #expect(configuration.retrain.also == [.uniform])
    #expect(configuration.data.path == "with: colon # and = signs")
    #expect(configuration.run.name == "2024")
  }

  @Test func reachKeysBelowANameWithDots() throws {
    let text = Example.jpeg + "space: {groups: {stage.0.conv: {bins: 8, lowest: 2}}}\n"
    let space = try parsed(
      text,
      set: [
        "space.groups.stage.0.conv.bins=6", "space.groups.stage.1.conv.highest=3",
        "space.groups.stem.lowest=2",
      ]
    ).space
    #expect(
      space.groups.mapValues { [$0.bins, $0.lowest, $0.highest] } == [
        "stage.0.conv": [6, 2, nil], "stage.1.conv": [nil, nil, 3], "stem": [nil, 2, nil],
      ])
  }

  @Test func repairAMistakeOfTheFile() throws {
    let text = Example.jpeg + "search: {population: many}"
    #expect(refusal(text) != nil)
    #expect(try parsed(text, set: ["search.population=40"]).search.population == 40)
  }
}
