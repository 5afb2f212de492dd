import Foundation
import Testing

extension CommandLineTests {
  /// `vernier cost`: numbers that others have published.
  @Suite struct CostTests {
    private struct Cost: Decodable {
      let network, widths: String
      let channels, bins: [Int]
      let macs, params: Int
      let layers: [Layer]

      struct Layer: Decodable {
        let name: String
        let macs, parameters: Int
      }
    }

    /// The counts of Channel-Bench-Macro's tables for its widest and its narrowest network.
    @Test(
      arguments: [
        ("cbm-mobilenet", 7, 4, 211_281_920), ("cbm-mobilenet", 7, 1, 14_285_312),
        ("cbm-resnet", 7, 4, 1_436_226_560), ("cbm-resnet", 7, 1, 90_096_896),
      ])
    func thePublishedCountsAreFound(network: String, groups: Int, bin: Int, macs: Int) throws {
      let widths = Array(repeating: "\(bin)", count: groups).joined(separator: ",")
      let cost = try json("--network", network, "--widths", widths)
      #expect(cost.network == network && cost.widths == widths)
      #expect(cost.channels.count == groups)
      #expect(cost.macs == macs)
      #expect(cost.layers.reduce(0) { $0 + $1.macs } == macs)
      #expect(cost.layers.reduce(0) { $0 + $1.parameters } == cost.params)
    }

    @Test func allWidthsAreTheDefault() throws {
      #expect(try json("--network", "cbm-mobilenet").widths == "4,4,4,4,4,4,4")
    }

    @Test func theTableHasTheSameTotal() throws {
      let outcome = try Workplace().vernier("cost", "--network", "cbm-mobilenet")
      expectSuccess(outcome)
      #expect(outcome.output.contains("total: 211,281,920 MACs"))
    }

    /// The sizes of bins are counted by hand in the tests of the library.
    @Test func groupsThatAreCutByCostAreListed() throws {
      let place = try Workplace()
      let outcome = try place.vernier(
        "cost", "--network", "cbm-mobilenet", "--cut", "by-cost", "--most-channels", "32")
      expectSuccess(outcome)
      for line in [
        "features.0.conv                   128    32  4, 8, 12, 16, ..., 124, 128\n",
        "features.5.conv                  1024    32  32, 64, 96, 128, ..., 992, 1024\n",
        "total: 211,281,920 MACs",
      ] {
        #expect(outcome.output.contains(line), "\(outcome)")
      }
      let equal = try place.vernier("cost", "--network", "cbm-mobilenet")
      #expect(!equal.output.contains("widths in channels"))
      #expect(
        try json("--network", "cbm-mobilenet", "--cut", "by-cost").bins == [
          32, 48, 48, 24, 64, 48, 16,
        ])
      for (words, word) in [
        (["--cut", "by-cost", "--bins", "8"], "--cut equal"),
        (["--least-channels", "8"], "by-cost"),
        (["--cut", "by-cost", "--least-channels", "65"], "65"),
        (["--cut", "by-cost", "--least-channels", "3"], "features.0.conv has 128 channels"),
      ] {
        expectRefusal(
          try place.vernier(["cost", "--network", "cbm-mobilenet"] + words), code: 2, saying: word)
      }
    }

    @Test(
      arguments: [
        ("resnet99", "4", "3x32x32", "resnet99"),
        ("cbm-resnet", "4,4", "3x32x32", "7 width groups"),
        ("cbm-resnet", "4,4,4,4,4,4,5", "3x32x32", "5"),
        ("cbm-resnet", "4,4,4,4,4,4,0", "3x32x32", "0"),
        ("cbm-resnet", "", "3x32x32", "one bin a group"), ("cbm-resnet", "wide", "3x32x32", "wide"),
        ("cbm-resnet", "4,4,4,4,4,4,4", "32x32", "32x32"),
        ("cbm-resnet", "4,4,4,4,4,4,4", "3x0x32", "3x0x32"),
        ("cbm-resnet", "4,4,4,4,4,4,4", "3xax32x32", "3xax32x32"),
        ("cbm-resnet", "4,4,4,4,4,4,4", "3x32x32x", "3x32x32x"),
      ])
    func whatCannotBeCountedIsRefused(
      network: String, widths: String, image: String, word: String
    ) throws {
      let outcome = try Workplace().vernier(
        "cost", "--network", network, "--widths", widths, "--image", image)
      expectRefusal(outcome, code: 2, saying: word)
      #expect(outcome.output.isEmpty)
    }

    private func json(_ words: String...) throws -> Cost {
      let place = try Workplace()
      let session = try place.start(["cost", "--json"] + words)
      #expect(try session.wait() == 0, "\(session.errors)")
      return try JSONDecoder().decode(Cost.self, from: Data(session.output.utf8))
    }
  }
}
