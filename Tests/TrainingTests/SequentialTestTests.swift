import Foundation
import Randomness
import Testing
import Training

@Suite struct SequentialTestTests {
  @Test func divergenceIsThatOfTwoCoins() {
    #expect(SequentialTest.divergence(0.5, 0.5) == 0)
    #expect(abs(SequentialTest.divergence(0, 0.75) - log(4)) < 1e-15)
    #expect(abs(SequentialTest.divergence(1, 0.25) - log(4)) < 1e-15)
    #expect(
      abs(SequentialTest.divergence(0.25, 0.5) - (0.25 * log(0.5) + 0.75 * log(1.5))) < 1e-15)
    #expect(SequentialTest.divergence(0.3, 1) == .infinity)
  }

  /// 20 looks at one in ten thousand: 1000 images at 84 % prove that 90 % are out of reach, 500 images do not.
  @Test func givesUpOnlyOnEvidence() {
    let test = SequentialTest(aim: 0.9, errorRate: 1e-4)
    func isHopeless(
      _ accuracy: Double, _ images: Int, of total: Int = 1_000_000, subnets: Int = 1
    ) -> Bool {
      test.isHopeless(
        accuracy: accuracy, images: images, of: total, looks: 20, subnets: subnets)
    }
    #expect(!isHopeless(0.86, 1000) && isHopeless(0.84, 1000))
    #expect(!isHopeless(0.84, 500) && isHopeless(0.70, 100))
    #expect(!isHopeless(0.9, 100_000) && !isHopeless(0.95, 100_000))
    // Few images are left to make up for it; with one left hardly any deficit is needed.
    #expect(isHopeless(0.86, 1000, of: 1100) && !isHopeless(0.89, 1000, of: 1100))
    #expect(isHopeless(0.895, 1000, of: 1001))
    // The best of several has several chances to look bad.
    let images = (1...5000).first { isHopeless(0.8, $0) }
    let ofMany = (1...5000).first { isHopeless(0.8, $0, subnets: 100) }
    #expect(images != nil && ofMany != nil && images! < ofMany!)
  }

  /// Candidates that reach the aim exactly, their images in random order, as often as the rate must be believed.
  @Test(arguments: [0.5, 0.9]) func theErrorRateIsKept(aim: Double) {
    let (images, look) = (400, 20)
    let test = SequentialTest(aim: aim, errorRate: 0.2)
    let hits = Int(aim * Double(images))
    var random = RandomStream(seed: 3, purpose: .testing)
    var stopped = 0
    for _ in 0..<2000 {
      let order = random.permutation(of: images)
      var found = 0
      for (place, image) in order.enumerated() {
        if image < hits { found += 1 }
        let seen = place + 1
        if seen % look == 0, seen < images,
          test.isHopeless(
            accuracy: Double(found) / Double(seen), images: seen, of: images,
            looks: images / look - 1, subnets: 1)
        {
          stopped += 1
          break
        }
      }
    }
    #expect(Double(stopped) / 2000 <= 0.2)
    // It is no test that never stops anybody.
    #expect(test.isHopeless(accuracy: aim - 0.3, images: 100, of: images, looks: 19, subnets: 1))
  }
}
