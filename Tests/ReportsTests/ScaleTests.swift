import Reports
import Testing

@Suite struct ScaleTests {
  @Test(arguments: 0..<100)
  func ticksAreRoundAndHoldTheValues(seed: Int) throws {
    var noise = Noise(state: UInt64(seed))
    let size = [1e-4, 1, 37, 1e9][seed % 4]
    let values = (0..<5).map { _ in noise.normal() * size }
    let rounded = LinearScale(values, from: 0, to: 100)
    for value in values { #expect(rounded.domain.contains(value)) }
    #expect((3...12).contains(rounded.ticks.count))
    #expect(abs(rounded(try #require(rounded.ticks.first))) < 1e-6)
    #expect(abs(rounded(try #require(rounded.ticks.last)) - 100) < 1e-6)
    let exact = LinearScale(values, from: 0, to: 100, isRounded: false)
    #expect(exact.domain == values.reduce(values[0], min)...values.reduce(values[0], max))
    for tick in exact.ticks { #expect((-1e-6...100 + 1e-6).contains(exact(tick))) }
  }

  @Test func ticksOfKnownRanges() {
    #expect(LinearScale([0, 10], from: 0, to: 1).ticks == [0, 2, 4, 6, 8, 10])
    #expect(LinearScale([0.1, 0.9], from: 0, to: 1).places == 1)
    #expect(LinearScale([120, 900], from: 0, to: 1).domain == 0...1000)
    #expect(LinearScale([2], from: 0, to: 1).domain.contains(2))
    #expect(LinearScale([], from: 0, to: 1).domain == 0...1)
    #expect(LinearScale([0.1, 0.9], from: 300, to: 0)(0) == 300)
  }

  @Test func numbersAreWrittenForPeople() {
    #expect(NumberText.count(9999) == "9,999")
    #expect(NumberText.count(10_000) == "10.0\u{202F}k")
    #expect(NumberText.count(999_949) == "999.9\u{202F}k")
    #expect(NumberText.count(999_950) == "1.00\u{202F}M")
    #expect(NumberText.count(54_259_712) == "54.3\u{202F}M")
    #expect(NumberText.count(1_436_226_560) == "1.44\u{202F}G")
    #expect(NumberText.grouped(-1_234_567) == "-1,234,567")
    #expect(NumberText.grouped(123) == "123")
    #expect(NumberText.points(0.0041) == "+0.41")
    #expect(NumberText.points(-0.0041) == "\u{2212}0.41")
    #expect(NumberText.points(-0.00001) == "±0.00")
    #expect(NumberText.duration(0.84) == "0.8\u{202F}s")
    #expect(NumberText.duration(59.4) == "59\u{202F}s")
    #expect(NumberText.duration(252) == "4\u{202F}min 12\u{202F}s")
    #expect(NumberText.duration(7384) == "2\u{202F}h 3\u{202F}min")
    #expect(NumberText.coordinate(-0.04) == "0" && NumberText.coordinate(-12.34) == "-12.3")
  }
}
