import Foundation
import Supernet
import Testing

extension CommandLineTests {
  /// Whole runs over spaces whose groups differ, under a bound of parameters.
  @Suite struct SpaceTests {
    private struct Result: Decodable {
      struct Network: Decodable {
        let role: String
        let widths: String?
        let channels: [Int]
        let macs, parameters: Int
      }
      let networks: [Network]
    }

    private let space = [
      "--set", "space.groups.features.0.conv.bins=8", "--set",
      "space.groups.features.0.conv.lowest=2", "--set", "space.groups.features.0.conv.highest=6",
      "--set", "space.groups.features.5.conv.lowest=2", "--set", "search.budget.parameters=45%",
    ]

    @Test(.timeLimit(.minutes(5)), arguments: ["bcnet", "bcnetv2"])
    func everyFinalNetworkKeepsToItsBounds(sharing: String) throws {
      let place = try Workplace()
      let words = ["run.yaml", "--set", "supernet.sharing=\(sharing)"] + space
      let dry = try place.vernier(["run"] + words + ["--dry-run"])
      expectSuccess(dry)
      let network = try Architecture.named(
        "vgg-small", image: FeatureShape(channels: 3, height: tinySide, width: tinySide), classes: 3
      )
      let full = CostModel(.singleton(network))
      let (macs, parameters) = (
        full.macs(of: full.space.fullWidths), full.parameters(of: full.space.fullWidths)
      )
      for line in [
        "features.0.conv                    32     8  8, 12, 16, 20, 24\n",
        "features.5.conv                   128     4  64, 96, 128\n",
        "MACs, full        \(grouped(macs))\n",
        "and at most \(grouped(parameters * 45 / 100)) parameters\n",
      ] {
        #expect(dry.output.contains(line), "\(dry)")
      }

      expectSuccess(try place.vernier(["run"] + words))
      let result = try JSONDecoder().decode(
        Result.self, from: Data(try place.run.text("result.json").utf8))
      #expect(result.networks.map(\.role) == ["winner", "base", "uniform"])
      let (winner, base, uniform) = (result.networks[0], result.networks[1], result.networks[2])
      #expect((8...24).contains(winner.channels[0]) && winner.channels[0].isMultiple(of: 4))
      #expect(winner.channels[5] >= 64)
      #expect(winner.parameters <= parameters * 45 / 100)
      // No width of the space is the network itself, whose first group has more than six of eight bins.
      #expect(base.widths == nil && base.channels == [32, 32, 64, 64, 128, 128])
      #expect(base.macs == macs && base.parameters == parameters)
      #expect(uniform.macs <= winner.macs && uniform.parameters <= parameters * 45 / 100)
      #expect(uniform.channels[0] == uniform.channels[1])
      #expect(uniform.channels[4] == uniform.channels[5])
      for scored in try place.run.scores() { #expect((2...6).contains(scored.bins[0])) }
    }

    private func grouped(_ number: Int) -> String {
      number.formatted(.number.grouping(.automatic).locale(Locale(identifier: "en_US")))
    }
  }
}
