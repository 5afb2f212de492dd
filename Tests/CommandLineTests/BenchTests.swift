import Foundation
import GroundTruth
import Search
import Supernet
import Testing

extension CommandLineTests {
  /// `vernier bench`: a table as the judge.
  @Suite struct BenchTests {
    @Test(arguments: ["evolution", "nsga2", "random", "predictor"])
    func everySearchIsSimulated(method: String) throws {
      let place = try Workplace()
      try place.writeTable(of: "cbm-mobilenet", image: 32, classes: 10) { $0.min()! >= 2 }
      let outcome = try place.vernier(
        "bench", "simulate", "--table", "table.json", "--method", method, "--seeds", "3",
        "--generations", "4", "--population", "20", "--json")
      expectSuccess(outcome)
      let found = try JSONDecoder().decode(Simulated.self, from: Data(outcome.output.utf8))
      #expect(found.method == method && found.runs.map(\.seed) == [0, 1, 2])
      let queries = method == "predictor" ? 64 + 3 * 20 : 4 * 20
      #expect(found.runs.allSatisfy { $0.queries == queries })
      #expect(found.runs.allSatisfy { $0.accuracy <= found.optimum })
      #expect(found.mean > found.optimum - 1 && found.worst <= found.mean)
      let table = try place.vernier(
        "bench", "simulate", "--table", "table.json", "--method", method, "--seeds", "1",
        "--generations", "2", "--population", "5")
      #expect(table.output.contains("\(method) on cbm-mobilenet, "), "\(table)")
      #expect(table.output.contains("optimum \(String(format: "%.3f", found.optimum)) %"))
    }

    /// The widest network of the table would be best; only its parameters forbid it.
    @Test func aBoundOnParametersAloneIsKept() throws {
      let place = try Workplace()
      try place.writeTable(of: "cbm-mobilenet", image: 32, classes: 10) { $0.min()! >= 2 }
      let outcome = try place.vernier(
        "bench", "simulate", "--table", "table.json", "--seeds", "2", "--macs", "100%", "--lowest",
        "0%", "--parameters", "1.2M", "--generations", "4", "--population", "20", "--json")
      expectSuccess(outcome)
      let found = try JSONDecoder().decode(Simulated.self, from: Data(outcome.output.utf8))
      #expect(found.mostParameters == 1_200_000 && found.networks < 2187)
      let space = try SearchSpace(
        Architecture.named(
          "cbm-mobilenet", image: FeatureShape(channels: 3, height: 32, width: 32), classes: 10))
      for run in found.runs {
        let widths = try #require(Widths(parsing: run.widths))
        #expect(CostModel(space).parameters(of: widths) <= 1_200_000)
      }
    }

    private struct Simulated: Decodable {
      struct Run: Decodable {
        let seed: UInt64
        let widths: String
        let accuracy: Double
        let queries: Int
      }
      let method: String
      let mostParameters: Int?
      let networks: Int
      let optimum, mean, worst: Double
      let runs: [Run]
    }

    /// Scores are kept, so that a second call scores nothing; and any number of ranks finds the same.
    @Test(.timeLimit(.minutes(5)))
    func aSupernetIsJudgedOnceForAll() throws {
      let place = try Workplace()
      try place.writeTable(of: "vgg-small", image: 32, classes: 10) { $0.reduce(0, +) == 9 }
      expectSuccess(try place.vernier("train", "run.yaml"))
      let status = place.run.status
      let words = ["bench", "rank", "run.yaml", "--table", "table.json", "--networks", "12"]
      let first = try place.vernier(words + ["--json"], ranks: 2)
      expectSuccess(first)
      let quality = try JSONDecoder().decode(Quality.self, from: Data(first.output.utf8))
      #expect(quality.networks == 12)
      #expect(Set(quality.trivial.keys) == ["macs", "parameters"], "the bins' sums are all alike")
      let journal = try place.run.text("search/bench.jsonl")
      let scored = try journal.split(separator: "\n").map {
        try JSONDecoder().decode(Scored.self, from: Data($0.utf8)).record
      }
      #expect(scored.count == 12)
      let truth = try AccuracyTable(
        json: Data(contentsOf: URL(filePath: "\(place.path)/table.json")))
      let means = scored.compactMap { truth[$0.bins]?.mean }
      let losses = scored.map { -$0.loss }
      let smooth = AdditivePredictor(
        choices: scored[0].bins.map { _ in 1...4 },
        samples: zip(scored, losses).map { ($0.bins, $1) })
      #expect(quality.loss.correlation.kendall == kendallTau(losses, means))
      #expect(
        quality.smoothedLoss.correlation.kendall
          == kendallTau(scored.map { smooth.score($0.bins) }, means))
      #expect(place.run.status == status)
      let second = try place.vernier(words + ["--json"])
      #expect(second.output == first.output)
      #expect(try place.run.text("search/bench.jsonl") == journal)
      let table = try place.vernier(words)
      for word in ["12 networks", "supernet, by accuracy", "supernet, by loss", "macs alone"] {
        #expect(table.output.contains(word), "\(table)")
      }
      #expect(table.output.split(separator: "\n").count { $0.hasPrefix("  smoothed ") } == 2)
      let other = try place.vernier(words + ["--draw", "2"])
      expectSuccess(other)
      #expect(other.output.contains("12/12"), "scores of the first draw do not count: \(other)")
    }

    /// The table's networks that a run's space lacks are left out.
    @Test(.timeLimit(.minutes(5)))
    func onlyNetworksOfTheSpaceAreScored() throws {
      let place = try Workplace()
      try place.writeTable(of: "vgg-small", image: 32, classes: 10) {
        $0.dropFirst(2).allSatisfy { $0 == 1 }
      }
      let space = [
        "run.yaml", "--set", "space.groups.features.0.conv.highest=3", "--set",
        "space.groups.features.1.conv.lowest=2",
      ]
      expectSuccess(try place.vernier(["train"] + space))
      let outcome = try place.vernier(
        ["bench", "rank"] + space + ["--table", "table.json", "--json"])
      expectSuccess(outcome)
      let quality = try JSONDecoder().decode(Quality.self, from: Data(outcome.output.utf8))
      #expect(quality.networks == 3 * 3, "of 4 times 4")
      let finer = try Workplace()
      try finer.writeTable(of: "vgg-small", image: 32, classes: 10) { $0.reduce(0, +) == 9 }
      let bins = ["run.yaml", "--set", "space.groups.features.0.conv.bins=8"]
      expectSuccess(try finer.vernier(["train"] + bins))
      expectRefusal(
        try finer.vernier(["bench", "rank"] + bins + ["--table", "table.json"]), code: 2,
        saying: "this run's groups have 4, 8", "space.groups")
    }

    private struct Quality: Decodable {
      struct Anything: Decodable {}
      let networks: Int
      let trivial: [String: Anything]
      let loss, smoothedLoss: RankQuality
    }

    private struct Scored: Decodable {
      struct Record: Decodable {
        let bins: [Int]
        let loss: Double
      }
      let record: Record
    }

    @Test func otherTablesAreRefusedInASentence() throws {
      let place = try Workplace()
      func refusal(_ words: String...) throws -> (Int32, String) {
        let outcome = try place.vernier(["bench", "simulate", "--table"] + words)
        return (outcome.exitCode, outcome.errors)
      }
      var (code, text) = try refusal("none.json")
      #expect(code == 66 && text == "vernier: --table none.json: there is no such file\n")
      try "{}".write(toFile: "\(place.path)/empty.json", atomically: true, encoding: .utf8)
      (code, text) = try refusal("empty.json")
      #expect(code == 65 && text == "vernier: --table empty.json: the table has no entry\n")
      try place.writeTable(of: "cbm-mobilenet", image: 32, classes: 10) { $0.max()! <= 2 }
      (code, text) = try refusal("table.json", "--network", "cbm-resnet")
      #expect(code == 65 && text.contains("table.json is of another network than cbm-resnet: "))
      (code, text) = try refusal("table.json", "--macs", "0.5")
      #expect(code == 2 && text.contains("--macs 0.5: give a part of the full network such as 50%"))
      (code, text) = try refusal("table.json", "--macs", "90%")
      #expect(code == 2 && text.contains("holds no network of "))
      (code, text) = try refusal("table.json", "--parameters", "few")
      #expect(code == 2 && text.contains("--parameters few: give a part of the full network"))
      (code, text) = try refusal("table.json", "--macs", "100%", "--parameters", "1K")
      #expect(code == 2 && text.contains("MACs and at most 1,000 parameters; change --macs"))
    }
  }
}

extension Workplace {
  /// A table of the networks that `isListed` picks, with accuracies that grow with every layer's bins.
  fileprivate func writeTable(
    of network: String, image side: Int, classes: Int, _ isListed: ([Int]) -> Bool
  ) throws {
    let space = try SearchSpace(
      Architecture.named(
        network, image: FeatureShape(channels: 3, height: side, width: side), classes: classes))
    let cost = CostModel(space)
    var lists: [[Int]] = [[]]
    for _ in space.groups { lists = lists.flatMap { list in (1...4).map { list + [$0] } } }
    let entries = lists.filter(isListed).map { bins in
      let widths = Widths(bins: bins)
      let mean = bins.enumerated().reduce(80.0) { $0 + Double($1.element) / Double($1.offset + 2) }
      return """
        "\(bins.map(String.init).joined())": {"acc": [\(mean - 0.1), \(mean + 0.1)], "mean": \(mean), \
        "flops": \(cost.macs(of: widths)), "params": \(cost.parameters(of: widths))}
        """
    }
    try "{\(entries.joined(separator: ",\n"))}".write(
      toFile: "\(path)/table.json", atomically: true, encoding: .utf8)
  }
}
