import Reports
import Testing

@Suite struct SummaryTests {
  func sentence(_ change: (inout ReportContents) -> Void) throws -> String {
    var report = SampleReport.whole
    change(&report)
    return try Page(report).text("p", style: "summary")
  }

  func network(_ role: NetworkRole, macs: Int, test: Double?) -> NetworkResult {
    NetworkResult(
      role: role, name: "n", macs: macs, parameters: 1, channels: [1], testAccuracy: test)
  }

  @Test func aWholeRunIsComparedInOneSentence() throws {
    #expect(
      try sentence { _ in }
        == "From cbm_resnet, Vernier finds a network with 49.8\u{202F}% of the MACs and "
        + "93.7\u{202F}% test accuracy: +0.4 points over uniform scaling, level with the full "
        + "network.")
  }

  @Test func aLossIsSaidAsPlainlyAsAGain() throws {
    let text = try sentence {
      $0.networks = [
        network(.base, macs: 100, test: 0.92), network(.uniform, macs: 50, test: 0.913),
        network(.winner, macs: 50, test: 0.91),
      ]
    }
    #expect(
      text.hasSuffix(
        ": \u{2212}0.3 points against uniform scaling, \u{2212}1.0 points against the full network."
      ))
  }

  @Test func withoutComparisonOnlyTheWinnerIsNamed() throws {
    let text = try sentence { $0.networks = [network(.winner, macs: 12_345_678, test: 0.91)] }
    #expect(
      text == "From cbm_resnet, Vernier finds a network with 12.3\u{202F}M MACs and "
        + "91.0\u{202F}% test accuracy.")
  }

  @Test func earlierPhasesHaveTheirOwnSentence() throws {
    let untrained = try sentence {
      $0.networks = [network(.base, macs: 100, test: nil), network(.winner, macs: 40, test: nil)]
    }
    #expect(
      untrained == "From cbm_resnet, Vernier chose a network with 40.0\u{202F}% of the MACs. "
        + "It was not trained on its own yet.")
    let searching = try sentence { $0.networks = [] }
    #expect(searching == "The search is under way: 1,001 candidates scored so far.")
    let training = try sentence {
      $0.networks = []
      $0.search = nil
    }
    #expect(
      training
        == "The supernet of cbm_resnet is still learning; nothing was searched yet.")
  }
}
