import Foundation
import GroundTruth
import Testing

@Suite struct AccuracyTableTests {
  private func table(_ text: String) throws -> AccuracyTable {
    try AccuracyTable(json: Data(text.utf8))
  }

  @Test func eitherSpellingIsRead() throws {
    let found = try table(
      """
      {"21": {"acc": [90.5, 91], "mean": 90.75, "std": 0.3, "flops": 200, "params": 20},
       "12": {"test_acc": [89], "mean_acc": 89, "flops": 100, "params": 10}}
      """)
    #expect(found.entries.map(\.bins) == [[1, 2], [2, 1]])
    #expect(found.groups == 2)
    #expect(found[[2, 1]]?.accuracies == [90.5, 91])
    #expect(found[[2, 1]]?.mean == 90.75)
    #expect(found[[1, 2]]?.macs == 100)
    #expect(found[[1, 2]]?.parameters == 10)
    #expect(found[[2, 2]] == nil)
  }

  @Test(
    arguments: [
      ("", "the table is no JSON object with an entry for every network"),
      ("[1]", "the table is no JSON object with an entry for every network"),
      ("{}", "the table has no entry"),
      (
        #"{"20": {"acc": [1], "mean": 1, "flops": 1, "params": 1}}"#,
        "key \"20\" is no network; a key has a digit from 1 for every layer"
      ),
      (
        #"{"2a": {"acc": [1], "mean": 1, "flops": 1, "params": 1}}"#,
        "key \"2a\" is no network; a key has a digit from 1 for every layer"
      ),
      (#"{"21": {"acc": [1], "mean": 1, "params": 1}}"#, "entry \"21\" has no \"flops\""),
      (#"{"21": {"mean": 1, "flops": 1, "params": 1}}"#, "entry \"21\" has no \"acc\""),
      (
        #"{"21": {"acc": [], "mean": 1, "flops": 1, "params": 1}}"#,
        "entry \"21\": no run is listed"
      ),
      (
        #"{"21": {"acc": [1], "mean": "high", "flops": 1, "params": 1}}"#,
        "entry \"21\": \"mean\" is no such value"
      ),
      (
        #"""
        {"21": {"acc": [1], "mean": 1, "flops": 1, "params": 1},
         "2": {"acc": [1], "mean": 1, "flops": 1, "params": 1}}
        """#, "digits; all networks have as many layers"
      ),
    ])
  func badTablesAreRefusedInASentence(text: String, sentence: String) {
    let error = #expect(throws: AccuracyTableError.self) { try table(text) }
    #expect(error?.description.hasSuffix(sentence) == true, "\(error?.description ?? "")")
  }
}
