import Datasets
import Engine
import Supernet
import Testing
import Training

@Suite struct EvaluatorTests {
  let setting: MeasuringSetting

  init() throws { setting = try MeasuringSetting() }

  @Test(arguments: [[4, 4], [1, 2], [3, 1]])
  func equalsAnIndependentComputation(bins: [Int]) throws {
    let widths = Widths(bins: bins)
    let expected = try setting.naive(setting.space.leftSubnet(of: widths), pooling: true)
    let found = try setting.evaluator().measure(
      setting.realization([setting.space.leftSubnet(of: widths)]))
    #expect(found.top1 == Double(expected.top1) / 22)
    #expect(found.top5 == Double(expected.top5) / 22)
    #expect(abs(found.loss - expected.loss / 22) < 1e-12)
  }

  /// Shows that the test above can tell pooled moments from averaged variances.
  @Test func averagedVariancesWouldBeSeen() throws {
    let subnet = setting.space.leftSubnet(of: setting.space.fullWidths)
    let pooled = try setting.naive(subnet, pooling: true)
    let averaged = try setting.naive(subnet, pooling: false)
    #expect(abs(pooled.loss - averaged.loss) / 22 > 1e-6)
  }

  /// Only the order in which the images' losses are added may differ, in double precision.
  @Test(arguments: [1, 7, 20, 64]) func theBatchSizeOfMeasuringChangesNothing(batch: Int) throws {
    let sides = setting.sides(of: Widths(bins: [3, 2]))
    let expected = try setting.evaluator().measure(sides)
    let found = try setting.evaluator(batch: batch).measure(sides)
    #expect(found.top1 == expected.top1 && found.top5 == expected.top5)
    #expect(abs(found.loss - expected.loss) < 1e-13)
  }

  @Test func bothSidesAreAveraged() throws {
    let evaluator = try setting.evaluator()
    let sides = setting.sides(of: Widths(bins: [3, 2]))
    let each = sides.subnets.map {
      evaluator.measure(setting.realization([$0]))
    }
    let both = evaluator.measure(sides)
    #expect(each[0].loss != each[1].loss)
    #expect(abs(both.loss - (each[0].loss + each[1].loss) / 2) < 1e-13)
    #expect(abs(both.top1 - (each[0].top1 + each[1].top1) / 2) < 1e-15)
    #expect(abs(both.top5 - (each[0].top5 + each[1].top5) / 2) < 1e-15)
  }

  /// One evaluator measures many widths; each must be as if it were the first.
  @Test func nothingLeaksFromOneMeasurementIntoTheNext() throws {
    let evaluator = try setting.evaluator()
    let sides = setting.sides(of: Widths(bins: [3, 2])).subnets.map { setting.realization([$0]) }
    let wide = setting.sides(of: setting.space.fullWidths)
    let order = sides + [wide] + sides
    let found = order.map { evaluator.measure($0) }
    for (realization, measurement) in zip(order, found) {
      let fresh = try setting.evaluator().measure(realization)
      #expect(measurement == fresh)
    }
  }

  @Test(arguments: [KernelChoice.auto, .portable])
  func threadsChangeNoBit(kernels: KernelChoice) throws {
    let measurements = try [1, 2, 3].map { threads in
      try setting.evaluator(kernels, threads: threads).measure(
        setting.sides(of: Widths(bins: [3, 4])))
    }
    #expect(measurements[1] == measurements[0] && measurements[2] == measurements[0])
  }

  /// 20 calibration images in eights are three passes, 22 others in tens as well: twice for two sides.
  @Test func pausesAfterEveryPassAndEndsWhenAPauseThrows() throws {
    struct Enough: Error {}
    let evaluator = try setting.evaluator(batch: 10)
    let sides = setting.sides(of: Widths(bins: [1, 1]))
    var pauses = 0
    _ = evaluator.measure(sides) { pauses += 1 }
    #expect(pauses == 12)
    for limit in 1...12 {
      var left = limit
      #expect(throws: Enough.self) {
        try evaluator.measure(sides) { () throws(Enough) in
          left -= 1
          if left == 0 { throw Enough() }
        }
      }
      #expect(left == 0)
    }
  }
}
