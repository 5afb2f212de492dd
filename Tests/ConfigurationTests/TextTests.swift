import Configuration
import Foundation
import Testing

@Suite struct TextTests {
  @Test(arguments: Example.all)
  func theResolvedTextParsesToTheSameConfigurationAndText(text: String) throws {
    let configuration = try parsed(text)
    let again = try parsed(configuration.resolvedYAML)
    #expect(again == configuration)
    #expect(again.resolvedYAML == configuration.resolvedYAML)
  }

  /// Every documented example, over every smallest configuration that takes it.
  @Test(arguments: RunConfiguration.reference)
  func everyExampleIsTakenAndWrittenBack(key: KeyReference) throws {
    let override = "\(key.path)=\(key.example)"
    // A configuration that gives the example itself is not changed by it.
    let own = "\(key.path.split(separator: ".").last ?? ""): \(key.example)"
    let bases = Example.all.filter { !$0.contains(own) && refusal($0, set: [override]) == nil }
    #expect(!bases.isEmpty, "no smallest configuration takes \(override)")
    for base in bases {
      let configuration = try parsed(base, set: [override])
      #expect(configuration != (try parsed(base)), "\(override) is the default")
      #expect(try parsed(configuration.resolvedYAML) == configuration)
    }
  }

  @Test(arguments: [
    "a b", "é/ü", "tab\there", "quote\"back\\slash", "null", "~x", "1e3", "#no comment", "a: b",
    " leading", "\u{2028}", "yes", "/usr/share", "- a", "😀",
  ])
  func anyPathSurvives(path: String) throws {
    var configuration = try parsed(Example.jpeg)
    configuration.data.path = path
    #expect(try parsed(configuration.resolvedYAML) == configuration)
  }

  @Test(arguments: [0.1, 1.0 / 3, 1e-7, 2.2250738585072014e-308, 123.0, 0.30000000000000004])
  func aNumberSurvivesToTheBit(rate: Double) throws {
    var configuration = try parsed(Example.jpeg)
    configuration.supernet.recipe.optimizer.learningRate = rate
    #expect(try parsed(configuration.resolvedYAML) == configuration)
  }

  @Test func theResolvedTextIsOneLineAKey() throws {
    let lines = try parsed(Example.synthetic).resolvedYAML.split(separator: "\n")
    #expect(
      lines.prefix(13) == [
        "run:", "  name: a", "  seed: 1", "data:", "  format: synthetic", "  image:",
        "    channels: 3", "    height: 32", "    width: 32", "  classes: 10", "  count:",
        "    train: 10000", "    test: 1000",
      ])
  }

  @Test func groupsAreWrittenInTheOrderOfTheirNames() throws {
    let text =
      Example.jpeg + "space: {groups: {b.c: {highest: 3, bins: 8}, 'no': {}, b: {lowest: 2}}}"
    let lines = try parsed(text).resolvedYAML.split(separator: "\n")
    let start = try #require(lines.firstIndex(of: "space:"))
    #expect(
      lines[start...].prefix(11) == [
        "space:", "  cut: equal", "  bins: 4", "  lowest: 1", "  groups:", "    b:",
        "      lowest: 2", "    b.c:", "      bins: 8", "      highest: 3", "    \"no\": {}",
      ])
  }

  @Test(arguments: ["stem", "layer1.0.conv1", "a b", "no", "<name>", "8", "é", ".", "a..b"])
  func groupsOfAnyNameSurvive(name: String) throws {
    var configuration = try parsed(Example.byCost)
    configuration.space.groups[name] = configuration.space.groups["stage.0.conv"]
    configuration.space.groups[name]?.highest = 2
    let again = try parsed(configuration.resolvedYAML)
    #expect(again == configuration && again.space.groups[name]?.highest == 2)
  }

  @Test(arguments: [
    ("ua", RunConfiguration.Sampler.sandwich), ("bcnet", .complementary),
    ("bcnetv2", .complementary), ("cafenet", .uniform),
  ])
  func aSchemeBringsItsSampler(sharing: String, sampler: RunConfiguration.Sampler) throws {
    let set = ["supernet.sharing=\(sharing)"]
    #expect(try parsed(Example.jpeg, set: set).supernet.sampler == sampler)
    let other = try parsed(Example.jpeg, set: set + ["supernet.sampler=attentive"])
    #expect(other.supernet.sampler == .attentive)
  }

  /// As published, and where losses compare widths under equal conditions.
  @Test(arguments: [
    (["supernet.sharing=bcnet"], RunConfiguration.Newcomers.prior),
    (["supernet.sharing=bcnetv2"], .prior),
    (["supernet.sharing=bcnet", "supernet.sampler=uniform"], .prior),
    (["supernet.sharing=bcnet", "supernet.sampler=sandwich"], .random),
    (["supernet.sharing=bcnet", "supernet.full_network_every=3"], .random),
    ([], .random), (["supernet.sharing=cafenet"], .random),
  ])
  func aSchemeBringsItsNewcomers(set: [String], newcomers: RunConfiguration.Newcomers) throws {
    #expect(try parsed(Example.jpeg, set: set).search.newcomers == newcomers)
    for other in [RunConfiguration.Newcomers.random, .prior] {
      let said = try parsed(Example.jpeg, set: set + ["search.newcomers=\(other.rawValue)"])
      #expect(said.search.newcomers == other)
    }
  }

  @Test func theReleasedCodeIsFollowedWhereSaid() throws {
    let set = ["supernet.sharing=bcnet", "supernet.variant=reference-code"]
    let trained = try parsed(Example.jpeg, set: set)
    #expect(trained.supernet.isReferenceCode && trained.search.variant == .recommended)
    let both = try parsed(Example.jpeg, set: set + ["search.variant=reference-code"])
    #expect(both.supernet.isReferenceCode && both.search.variant == .referenceCode)
    #expect(try !parsed(Example.bilateral).supernet.isReferenceCode)
  }

  @Test func theValueSurvivesJSON() throws {
    let configuration = try parsed(Example.stepwise)
    let data = try JSONEncoder().encode(configuration)
    #expect(try JSONDecoder().decode(RunConfiguration.self, from: data) == configuration)
  }
}
