import Foundation
import Reports
import Testing

@Suite struct PageTests {
  @Test func loadsNothingFromAnywhere() throws {
    let html = SampleReport.whole.html()
    for word in ["http", "//", "@import", "url(", " src="] {
      #expect(!html.contains(word), "\(word)")
    }
    let page = try Page(SampleReport.whole)
    #expect(page.all("link").map { $0.attributes["href"] } == ["data:,"])
    #expect(page.all("script").count == 1 && page.all("img").isEmpty)
  }

  @Test func whatARunRecordedNeverBecomesMarkup() throws {
    let hostile = "</title></style><script>alert('1')</script>\" onload=\"x & <b>]]>"
    var report = SampleReport.whole
    report.runName = hostile
    report.networkName = hostile
    report.datasetName = hostile
    report.command = hostile
    report.configuration = hostile
    report.notes = [hostile]
    report.environment = [Fact(hostile, hostile)]
    report.groups = report.groups.map { GroupWidth(name: hostile, channels: $0.channels) }
    report.networks = report.networks.map {
      NetworkResult(
        role: $0.role, name: hostile, macs: $0.macs, parameters: $0.parameters,
        channels: $0.channels, supernetAccuracy: $0.supernetAccuracy)
    }
    report.phases = [PhaseTime(name: hostile, seconds: 1)]
    report.curves = report.curves.map {
      TrainingCurve(phase: hostile, role: $0.role, images: $0.images, points: $0.points)
    }
    let page = try Page(report)
    #expect(page.all("script").count == 1 && page.all("b").isEmpty)
    #expect(page.elements.allSatisfy { $0.attributes["onload"] == nil })
    #expect(try page.text("h1") == hostile)
    #expect(try page.text("pre", style: "command") == hostile)
    #expect(try page.text("p", style: "notice") == hostile)
    #expect(page.all("text", style: "group").map(\.text) == [String](repeating: hostile, count: 7))
  }

  @Test func charactersThatXMLForbidsAreShownAsReplaced() throws {
    var report = SampleReport.whole
    report.command = "a\u{0}b\u{1B}[31mc\n\td\u{FFFE}"
    #expect(
      try Page(report).text("pre", style: "command") == "a\u{FFFD}b\u{FFFD}[31mc\n\td\u{FFFD}")
  }

  /// Rows of the front, the cheapest first, and what is not shown.
  @Test func showsTheFront() throws {
    func page(_ count: Int, stopped: Int) throws -> Page {
      var report = SampleReport.whole
      report.search = SearchResult(
        candidates: (0..<count).map {
          ReportCandidate(
            macs: 1000 + $0, parameters: 7, accuracy: Double($0) / 1000, isComplete: $0 >= stopped,
            generation: 0, bins: [1, $0])
        }, window: 0...9999, mostParameters: nil, winner: count - 1)
      return try Page(report)
    }
    let few = try page(5, stopped: 2)
    let rows = few.all("table", style: "front")[0].text
    #expect(rows.contains("1,2") && rows.contains("1,4") && !rows.contains("1,1"))
    #expect(
      few.all("p", style: "note").contains { $0.text.contains("2 of 5 candidates were given up") })
    #expect(few.all("circle", style: "stopped").count == 2)
    let many = try page(200, stopped: 0)
    #expect(
      many.all("p", style: "note").contains { $0.text.contains("180 more lie between these") })
    let table = many.all("table", style: "front")[0].text
    #expect(table.contains("1,0") && table.contains("1,199"))
  }

  @Test func showsHowItWasMade() throws {
    let report = SampleReport.whole
    let page = try Page(report)
    #expect(try page.text("pre", style: "command") == report.command)
    #expect(try page.text("details").hasSuffix(report.configuration))
    let values = page.all("dd").map(\.text)
    for fact in report.environment + report.reproducibility { #expect(values.contains(fact.value)) }
    #expect(
      page.all("table", style: "phases")[0].text.contains("26\u{202F}min 2\u{202F}s1,894 images/s"))
  }

  @Test func everyPhaseNotReachedYetIsSaid() throws {
    let report = ReportContents(runName: "young", networkName: "vgg", datasetName: "Fashion-MNIST")
    let page = try Page(report)
    #expect(
      page.all("p", style: "empty").map(\.text) == [
        "No network has been compared yet.", "No candidate has been scored yet.",
        "Nothing has been trained yet.",
      ])
    #expect(page.all("h2").map(\.text) == ["Result", "Search", "Training"])
    #expect(page.all("svg", style: "chart").isEmpty && page.all("dl").isEmpty)
  }

  @Test func survivesEncoding() throws {
    let data = try JSONEncoder().encode(SampleReport.whole)
    #expect(try JSONDecoder().decode(ReportContents.self, from: data) == SampleReport.whole)
  }

  @Test func finalTableGivesDifferencesToUniformScaling() throws {
    let page = try Page(SampleReport.whole)
    let cells = page.all("td").filter { $0.attributes["data-label"] != nil }.map(\.text)
    #expect(cells.count == 18)
    #expect(
      cells.suffix(6) == [
        "715.8\u{202F}M", "49.8\u{202F}%", "6.90\u{202F}M", "87.88\u{202F}%", "93.66\u{202F}%",
        "+0.41",
      ])
    #expect(cells[5] == "+0.37" && cells[11] == "–")
    #expect(try page.text("p", style: "note").contains("standard error of 0.24 points"))
  }

  @Test func aTableWithoutBaseOrTestShowsDashes() throws {
    var report = SampleReport.whole
    report.networks = [
      NetworkResult(role: .winner, name: "w", macs: 5000, parameters: 70, channels: [3])
    ]
    let page = try Page(report)
    let cells = page.all("td").filter { $0.attributes["data-label"] != nil }.map(\.text)
    #expect(cells == ["5,000", "–", "70", "–", "–", "–"])
    #expect(page.all("p", style: "note").isEmpty)
    #expect(page.all("svg", style: "widths").isEmpty, "one width does not fit seven groups")
  }
}
