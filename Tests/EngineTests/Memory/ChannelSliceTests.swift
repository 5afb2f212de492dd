import Engine
import Testing

@Suite struct ChannelSliceTests {
  @Test func spansAreCountedInOrder() {
    let slice = ChannelSlice(spans: [
      ChannelSpan(start: 1, count: 2), ChannelSpan(start: 3, count: 1),
      ChannelSpan(start: 7, count: 3),
    ])
    #expect(slice.count == 6)
    #expect(slice.end == 10)
    #expect(slice.channels == [1, 2, 3, 7, 8, 9])
    #expect(ChannelSlice(4..<9).channels == [4, 5, 6, 7, 8])
  }

  @Test func impossibleSlicesAreRefused() async {
    await #expect(processExitsWith: .failure) { _ = ChannelSlice(spans: []) }
    await #expect(processExitsWith: .failure) { _ = ChannelSlice(3..<3) }
    await #expect(processExitsWith: .failure) {
      _ = ChannelSlice(spans: [
        ChannelSpan(start: 0, count: 3), ChannelSpan(start: 2, count: 3),
      ])
    }
  }
}
