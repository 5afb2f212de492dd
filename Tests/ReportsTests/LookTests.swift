import Foundation
import Reports
import Testing

private let sampleFile = ProcessInfo.processInfo.environment["VERNIER_REPORT_SAMPLE"]

/// Leaves the sample where a browser can show it: a report is judged by eye in the end.
@Suite(.enabled(if: sampleFile != nil, "set VERNIER_REPORT_SAMPLE to the HTML file to write"))
struct LookTests {
  @Test func theSampleIsWrittenForABrowser() throws {
    let file = URL(filePath: try #require(sampleFile))
    try SampleReport.whole.html().write(to: file, atomically: true, encoding: .utf8)
    #expect(try String(contentsOf: file, encoding: .utf8) == SampleReport.whole.html())
  }
}
