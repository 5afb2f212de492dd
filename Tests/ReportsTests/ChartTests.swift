import Reports
import Testing

@Suite struct ChartTests {
  @Test func everyCandidateIsDrawnOnceAtItsPlace() throws {
    let search = SampleReport.search
    let dots = try Page(SampleReport.whole).all("circle", style: "candidate")
    #expect(dots.count == search.candidates.count)
    let macs = search.candidates.map(\.macs).sorted()
    let places = dots.map { $0.number("cx") }.sorted()
    let scale = (places[1000] - places[0]) / Double(macs[1000] - macs[0])
    for (cost, place) in zip(macs, places) {
      #expect(abs(places[0] + Double(cost - macs[0]) * scale - place) < 0.11)
    }
    let accuracies = search.candidates.map(\.accuracy).sorted(by: >)
    let heights = dots.map { $0.number("cy") }.sorted()
    #expect(heights.count == accuracies.count && heights[0] < heights[1000])
    for index in 1...1000 where accuracies[index] == accuracies[index - 1] {
      #expect(heights[index] == heights[index - 1])
    }
  }

  @Test func theWinnerIsMarkedAndLiesOnTop() throws {
    let page = try Page(SampleReport.whole)
    let winners = page.all("circle", style: "candidate").filter { $0.has("winner") }
    let ring = try #require(page.all("circle", style: "ring").first)
    try #require(winners.count == 1)
    #expect(winners[0].attributes["cx"] == ring.attributes["cx"])
    #expect(winners[0].attributes["cy"] == ring.attributes["cy"])
    #expect(page.all("circle", style: "candidate").last?.has("winner") == true)
    #expect(page.all("text", style: "name").map(\.text).contains("winner"))
  }

  @Test func frontMembersAreOutlinedAndJoined() throws {
    let front = paretoFront(SampleReport.search.candidates)
    let page = try Page(SampleReport.whole)
    let outlined = page.all("circle", style: "candidate").filter {
      $0.has("front") || $0.has("winner")
    }
    #expect(outlined.count == front.count)
    let route = try #require(page.all("path", style: "frontline").first?.attributes["d"])
    #expect(route.filter { $0 == "V" }.count == front.count - 1)
  }

  @Test func aNetworkFarDearerThanTheCandidatesIsALevelAndNearbyOnesAreMarkers() throws {
    var page = try Page(SampleReport.whole)
    #expect(page.all("line", style: "level").map { $0.has("base") } == [true])
    #expect(page.all("polygon").map { $0.has("uniform") } == [true])
    #expect(page.all("text", style: "name").contains { $0.text == "base, at 1.44\u{202F}G MACs" })
    var report = SampleReport.whole
    report.networks = report.networks.map {
      NetworkResult(
        role: $0.role, name: $0.name, macs: 700_000_000, parameters: 1, channels: $0.channels,
        supernetAccuracy: $0.supernetAccuracy)
    }
    page = try Page(report)
    #expect(page.all("line", style: "level").isEmpty && page.all("polygon").count == 2)
  }

  @Test func aSearchOfOneCandidateWithoutWinnerIsDrawn() throws {
    var report = SampleReport.whole
    report.networks = []
    report.search = SearchResult(
      candidates: [
        ReportCandidate(macs: 9, parameters: nil, accuracy: 0.5, generation: 0, bins: [1])
      ],
      window: 5...9, mostParameters: nil, winner: nil)
    let page = try Page(report)
    let dots = page.all("circle", style: "candidate")
    #expect(dots.count == 1 && dots[0].number("cx").isFinite && dots[0].number("cy").isFinite)
    #expect(page.all("circle", style: "ring").isEmpty)
    #expect(page.all("h3").contains { $0.text == "Every candidate" })
  }

  @Test func winnersBarsAreSharesOfTheBaseNetworks() throws {
    let page = try Page(SampleReport.whole)
    let bars = page.all("rect", style: "bar")
    let base = bars.filter { $0.has("base") }.map { $0.number("width") }
    let winner = bars.filter { $0.has("winner") }.map { $0.number("width") }
    #expect(zip(winner, base).map { $0 / $1 } == [0.75, 0.75, 1, 1, 0.75, 0.5, 0.5])
    #expect(page.all("line", style: "uniformtick").count == 7)
    #expect(page.all("g", style: "row").first?.text.contains("192 of 256") == true)
  }

  @Test func longCurvesAreThinnedAndShortOnesKeptWhole() throws {
    let points = try Page(SampleReport.whole).all("circle", style: "point")
    let supernet = points.filter { $0.has("supernet") }
    #expect(supernet.filter { $0.has("training") }.count == 2 * 113)
    #expect(supernet.filter { $0.has("heldOut") }.count == 2 * 30)
    #expect(points.filter { $0.has("winner") }.count == 2 * 63)
  }

  @Test func thinningAveragesNeighbours() throws {
    var report = SampleReport.whole
    let points = (1...240).map {
      CurvePoint(step: $0, epoch: Double($0), accuracy: $0 % 2 == 0 ? 0.2 : 0.4)
    }
    report.curves = [TrainingCurve(phase: "p", role: .base, images: .test, points: points)]
    let drawn = try Page(report).all("circle", style: "point")
    #expect(drawn.count == 120 && Set(drawn.map { $0.number("cy") }).count == 1)
    #expect(drawn[0].text == "base, test\nepoch 1.50, step 2\naccuracy 30.00\u{202F}%")
  }

  @Test func measurementsThatAreNoNumbersAreLeftOut() throws {
    var report = SampleReport.whole
    report.curves = [
      TrainingCurve(
        phase: "broken", role: .winner, images: .training,
        points: [
          CurvePoint(step: 1, epoch: 1, loss: 2), CurvePoint(step: 2, epoch: 2, loss: .nan),
          CurvePoint(step: 3, epoch: 3, loss: .infinity), CurvePoint(step: 4, epoch: 4, loss: 1),
        ]),
      TrainingCurve(phase: "empty", role: .base, images: .training, points: []),
    ]
    let page = try Page(report)
    #expect(page.all("circle", style: "point").count == 2)
    #expect(page.all("svg", style: "curves").count == 1)
    #expect(page.all("p", style: "empty").map(\.text) == ["Nothing has been measured yet."])
    #expect(!report.html().contains("nan"))
  }
}
