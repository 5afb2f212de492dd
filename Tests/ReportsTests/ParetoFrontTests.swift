import Reports
import Testing

@Suite struct ParetoFrontTests {
  @Test(arguments: 0..<200)
  func equalsBruteForce(seed: Int) {
    var noise = Noise(state: UInt64(seed))
    let candidates = (0..<(seed % 40)).map { _ in
      ReportCandidate(
        macs: Int(noise.uniform() * 12), parameters: nil,
        accuracy: (noise.uniform() * 12).rounded() / 12,
        isComplete: noise.uniform() < 0.8, generation: 0, bins: [])
    }
    let complete = candidates.indices.filter { candidates[$0].isComplete }
    let expected = complete.filter { index in
      !complete.contains { beats($0, index, in: candidates) }
    }
    let front = paretoFront(candidates)
    #expect(front.sorted() == expected)
    #expect(front.map { candidates[$0].macs } == expected.map { candidates[$0].macs }.sorted())
  }

  /// Better in one, no worse in the other; or equal and earlier.
  private func beats(_ other: Int, _ index: Int, in candidates: [ReportCandidate]) -> Bool {
    let (first, second) = (candidates[other], candidates[index])
    if first.macs == second.macs && first.accuracy == second.accuracy { return other < index }
    return first.macs <= second.macs && first.accuracy >= second.accuracy
  }
}
