import Foundation
import Testing

extension CommandLineTests {
  /// What is refused before anything is read or written.
  @Suite struct BadConfigurationTests {
    @Test(
      arguments: [
        (
          "search: {population", "search: {populaton",
          ["run.yaml:14:", "'populaton'", "'population'"]
        ),
        ("generations: 3", "generations: many", ["run.yaml:14:", "search.generations", "'many'"]),
        ("batch: 16}\ncal", "batch: 18}\ncal", ["run.yaml:12:", "supernet.batch (18)", "shards"]),
        ("format: synthetic", "format: png", ["run.yaml:3:", "data.format", "'png'"]),
      ])
    func aMistakeInTheFileIsRefusedWithItsLine(right: String, wrong: String, words: [String]) throws
    {
      try #require(tinyRun.contains(right))
      let place = try Workplace(tinyRun.replacing(right, with: wrong))
      let outcome = try place.vernier("run", "run.yaml")
      expectRefusal(outcome, code: 2, saying: words[0], words[1], words[2])
      #expect(!FileManager.default.fileExists(atPath: "\(place.path)/runs"))
    }

    @Test(
      arguments: [
        ("serch.population=4", "serch"), ("search.population=0", "search.population"),
        ("search.population", "key=value"), ("search.budget.macs=much", "search.budget.macs"),
        ("supernet.batch=130", "cluster.shards (4)"),
      ])
    func aMistakeInAnOverrideIsRefused(override: String, word: String) throws {
      let place = try Workplace()
      let outcome = try place.vernier("run", "run.yaml", "--set", override)
      expectRefusal(outcome, code: 2, saying: "--set \(override)", word)
      #expect(!place.run.exists())
    }

    @Test(arguments: ["supernet", "retrain"])
    func aBatchOfMoreThanAllImagesIsRefusedBeforeTraining(section: String) throws {
      let place = try Workplace()
      for words in [["--dry-run"], []] {
        expectRefusal(
          try place.vernier(["run", "run.yaml", "--set", "\(section).batch=84"] + words), code: 65,
          saying: "\(section).batch (84)")
        #expect(!place.run.exists())
      }
    }

    /// Three bottlenecks of ResNet-50 with as many bins as channels.
    @Test func anExactSearchOfTooManyCombinationsIsRefusedBeforeTraining() throws {
      let place = try Workplace()
      expectRefusal(
        try place.vernier(
          "run", "run.yaml", "--set", "network.name=resnet50", "--set", "search.method=viterbi",
          "--set", "space.cut=by-cost", "--set", "space.least_channels=1", "--set",
          "space.most_channels=1"), code: 2, saying: "hang together", "fewer bins")
      #expect(!place.run.exists())
    }

    @Test func aMissingFileIsRefused() throws {
      let place = try Workplace()
      expectRefusal(try place.vernier("run", "ran.yaml"), code: 2, saying: "ran.yaml")
      expectRefusal(try place.vernier("run", "ran.yaml", ranks: 2), code: 2, saying: "ran.yaml")
    }

    @Test func aBudgetThatNoWidthCanMeetIsRefusedBeforeTraining() throws {
      let place = try Workplace()
      for ranks in [nil, 2] {
        expectRefusal(
          try place.vernier(
            "run", "run.yaml", "--set", "search.budget.macs=1000", ranks: ranks), code: 2,
          saying: "MACs")
        #expect(!place.run.exists())
      }
      expectRefusal(
        try place.vernier("run", "run.yaml", "--set", "search.budget.parameters=1000"), code: 2,
        saying: "No width meets the budget of 1,000 parameters")
    }

    @Test func aGroupThatTheNetworkLacksIsRefusedBeforeTraining() throws {
      let place = try Workplace()
      expectRefusal(
        try place.vernier("run", "run.yaml", "--set", "space.groups.features.0.con.bins=8"),
        code: 2,
        saying: "'features.0.con'", "did you mean 'features.0.conv'?", "features.5.conv")
      #expect(!place.run.exists())
    }

    @Test func moreRanksThanShardsAreRefused() throws {
      let place = try Workplace()
      let outcome = try place.vernier(
        "run", "run.yaml", "--set", "cluster.shards=2", ranks: 3)
      expectRefusal(outcome, code: 2, saying: "3 ranks", "2 logical shards")
      #expect(!place.run.exists())
    }

    @Test func kernelsThatThisMachineLacksAreRefused() throws {
      let facts = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)
      let place = try Workplace()
      let outcome = try place.vernier("run", "run.yaml", "--set", "engine.kernels=v4")
      if facts.contains("avx512vl") {
        expectSuccess(outcome)
      } else {
        expectRefusal(outcome, code: 2, saying: "v4")
      }
    }
  }
}
