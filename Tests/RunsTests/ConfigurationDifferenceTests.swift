import Runs
import Testing

struct ConfigurationDifferenceTests {
  private typealias Setting = ConfigurationDifference.Setting

  private let saved: [Setting] = [
    ("run.seed", "1"), ("search.population", "20"), ("search.budget", "0.5"), ("data.path", "a"),
  ]

  @Test("Equal settings in any order differ in nothing")
  func equal() throws {
    let difference = ConfigurationDifference(saved: saved, given: saved.reversed())
    #expect(difference.lines == [])
    try difference.requireNone(in: "runs/first")
  }

  @Test("Changed, removed and added settings are shown and refused")
  func different() {
    let given: [Setting] = [
      ("run.seed", "1"), ("search.population", "40"), ("data.path", "a"), ("data.crop", "4"),
    ]
    let difference = ConfigurationDifference(saved: saved, given: given)
    let error = failure { () throws(RunError) in try difference.requireNone(in: "runs/first") }
    #expect(error?.exitCode == 2)
    #expect(
      error?.description == """
        the configuration differs from that of the run in runs/first; choose another run name or \
        undo these changes:
        - search.population: 20
        + search.population: 40
        - search.budget: 0.5
        + data.crop: 4
        """)
  }
}
