import Engine
import Foundation
import TestSupport
import Testing

@Suite struct SoftmaxCrossEntropyTests {
  private func shape(_ images: Int, _ classes: Int) -> FeatureMap.Shape {
    FeatureMap.Shape(images: images, height: 1, width: 1, channels: classes)
  }

  private func labels(_ images: Int, _ classes: Int) -> [Int32] {
    seededNumbers(images, seed: 60).map { Int32(($0 + 1) / 2 * Float(classes)) }
  }

  private func evaluate(
    _ scores: DenseMap, _ labels: [Int32], shards: Int = 1, smoothing: Double = 0,
    scale: Double = 1
  ) -> (sums: [LossSums], gradient: [Float]) {
    withWorkbench(KernelSet.runnable[0]) { bench in
      let gradient = bench.map(DenseMap(scores.shape, seed: 9))
      let sums = SoftmaxCrossEntropy(smoothing: smoothing).evaluate(
        bench.map(scores), labels: labels, shards: shards, gradient: gradient, scale: scale)
      gradient.expectZeroPadding("gradient")
      return (sums, gradient.dense())
    }
  }

  @Test(arguments: [2, 3, 10, 17, 100], [0, 0.1])
  func lossAndGradientMeetTheirTwins(classes: Int, smoothing: Double) {
    let images = 5
    var scores = DenseMap(shape(images, classes), seed: classes)
    scores.values = scores.values.map { 10 * $0 }
    let labels = labels(images, classes)
    let twins = (0..<images).map { image in
      NaiveSoftmaxCrossEntropy(
        scores: (0..<classes).map { scores[image, 0, 0, $0] }, label: Int(labels[image]),
        smoothing: smoothing)
    }
    let scale = 0.25
    let (sums, gradient) = evaluate(scores, labels, smoothing: smoothing, scale: scale)
    // A difference of two scores is rounded to single precision before it is raised to a power.
    let rounding = 20 * 0x1p-23
    #expect(
      abs(sums[0].loss - twins.reduce(0) { $0 + $1.loss }) <= Double(images) * rounding)
    #expect(sums[0].top1 == twins.count { $0.rank < 1 })
    #expect(sums[0].top5 == twins.count { $0.rank < 5 })
    #expect(sums[0].images == images)
    expectClose(
      gradient,
      twins.flatMap { twin in
        twin.gradient.map { Expected(scale * $0, within: scale * rounding) }
      }, "gradient")
  }

  /// Against predictions the loss is their cross-entropy at one temperature, and hits are still of the labels.
  @Test(arguments: [1, 3, 0.5]) func aTeacherTakesTheLabelsPlace(temperature: Double) {
    let (images, classes) = (4, 7)
    let (scores, teaching) = (
      DenseMap(shape(images, classes), seed: 5), DenseMap(shape(images, classes), seed: 6)
    )
    let labels = labels(images, classes)
    func probabilities(_ map: DenseMap, _ image: Int) -> [Double] {
      let powers = (0..<classes).map { exp(Double(Float(map[image, 0, 0, $0])) / temperature) }
      return powers.map { $0 / powers.reduce(0, +) }
    }
    withWorkbench(KernelSet.runnable[0]) { bench in
      let gradient = bench.blankMap(scores.shape)
      let loss = SoftmaxCrossEntropy(smoothing: 0.1)
      let sums = loss.evaluate(
        bench.map(scores), labels: labels, shards: 2,
        teacher: Predictions(bench.map(teaching), temperature: temperature), gradient: gradient,
        scale: 0.5)
      let plain = loss.evaluate(bench.map(scores), labels: labels, shards: 2)
      #expect(sums.map(\.top1) == plain.map(\.top1) && sums.map(\.top5) == plain.map(\.top5))
      #expect(
        sums.map(\.labelLoss) == plain.map(\.loss) && plain.allSatisfy { $0.loss == $0.labelLoss })
      var expected = [0.0, 0.0]
      for image in 0..<images {
        let (own, target) = (probabilities(scores, image), probabilities(teaching, image))
        for k in 0..<classes {
          expected[image / 2] -= target[k] * log(own[k])
          let slope = Double(gradient.dense()[image * classes + k])
          #expect(abs(slope - 0.5 / temperature * (own[k] - target[k])) < 1e-6)
        }
      }
      for (sum, expected) in zip(sums, expected) { #expect(abs(sum.loss - expected) < 1e-5) }
    }
  }

  @Test func gradientMeetsAFiniteDifference() {
    let scores = DenseMap(shape(3, 7), seed: 1)
    let direction = DenseMap(shape(3, 7), seed: 2)
    let labels = labels(3, 7)
    let slope = centralDifference { h in
      (0..<3).reduce(0) { sum, image in
        sum
          + NaiveSoftmaxCrossEntropy(
            scores: (0..<7).map { scores[image, 0, 0, $0] + h * direction[image, 0, 0, $0] },
            label: Int(labels[image]), smoothing: 0.1
          ).loss
      }
    }
    let (_, gradient) = evaluate(scores, labels, smoothing: 0.1)
    #expect(abs(dot(gradient, direction.values) - slope) < 1e-6)
  }

  @Test func equalScoresRankByClass() {
    let scores = DenseMap(shape(3, 7), [Float](repeating: 1, count: 21))
    let (sums, _) = evaluate(scores, [0, 4, 5], shards: 3)
    #expect(sums.map(\.top1) == [1, 0, 0])
    #expect(sums.map(\.top5) == [1, 1, 0])
  }

  @Test func hugeScoresStayFinite() {
    let (sums, gradient) = evaluate(DenseMap(shape(1, 3), [1e30, 0, -1e30] as [Float]), [0])
    #expect(sums[0].loss == 0)
    #expect(gradient == [0, 0, 0])
  }

  /// A network that has diverged must not look perfect.
  @Test func notANumberIsNoHit() {
    let scores = DenseMap(shape(2, 7), [Float](repeating: .nan, count: 14))
    let (sums, _) = evaluate(scores, [0, 6])
    #expect(sums[0].loss.isNaN)
    #expect(sums[0].top1 == 0)
    #expect(sums[0].top5 == 0)
  }

  @Test func shardsAddUp() {
    let scores = DenseMap(shape(6, 10), seed: 5)
    let labels = labels(6, 10)
    let (sums, _) = evaluate(scores, labels, shards: 3, smoothing: 0.1)
    for shard in 0..<3 {
      let images = 2 * shard..<2 * shard + 2
      let alone = evaluate(scores.images(images), Array(labels[images]), smoothing: 0.1).sums
      #expect(sums[shard] == alone[0])
    }
    var total = LossSums()
    for part in sums { total += part }
    #expect(total.images == 6)
    #expect(total.loss == sums[0].loss + sums[1].loss + sums[2].loss)
    #expect(total.labelLoss == sums[0].labelLoss + sums[1].labelLoss + sums[2].labelLoss)
    #expect(total.top1 == sums.reduce(0) { $0 + $1.top1 })
    #expect(total.top5 == sums.reduce(0) { $0 + $1.top5 })
  }
}
