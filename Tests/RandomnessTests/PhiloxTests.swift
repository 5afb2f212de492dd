import Randomness
import Testing

/// Known answers of Random123 (its file `kat_vectors`, ten rounds of philox4x32).
@Suite struct PhiloxTests {
  struct KnownAnswer: Sendable {
    let counter, key, words: [UInt32]
  }

  static let knownAnswers = [
    KnownAnswer(
      counter: [0, 0, 0, 0], key: [0, 0],
      words: [0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8]),
    KnownAnswer(
      counter: [.max, .max, .max, .max], key: [.max, .max],
      words: [0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD]),
    KnownAnswer(
      counter: [0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344],
      key: [0xA409_3822, 0x299F_31D0],
      words: [0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1]),
  ]

  @Test(arguments: knownAnswers) func answersAsRandom123Does(known: KnownAnswer) {
    let (c, k) = (known.counter, known.key)
    let words = philox4x32(counter: (c[0], c[1], c[2], c[3]), key: (k[0], k[1]))
    #expect([words.0, words.1, words.2, words.3] == known.words)
  }

  @Test func streamReadsTheBlocksOfItsCounter() {
    var stream = RandomStream(seed: 0x299F_31D0_A409_3822, purpose: .search, step: 7, index: 9)
    let key: (UInt32, UInt32) = (0xA409_3822, 0x299F_31D0)
    for block in 0..<3 as Range<UInt32> {
      let words = philox4x32(counter: (block, 9, 7, RandomPurpose.search.rawValue), key: key)
      #expect(stream.next() == UInt64(words.0) | UInt64(words.1) << 32)
      #expect(stream.next() == UInt64(words.2) | UInt64(words.3) << 32)
    }
  }
}
