import Cluster
import Engine
import Supernet
import Testing
import Training

/// Steps compared with a recomputation: one shard at a time, then sums and updates written out.
///
/// With the portable kernels, which round every product and sum apart as plain Swift does.
@Suite struct OptimizerStepTests {
  @Test(arguments: TrainingMethod.all, [false, true])
  func everyStepIsTheMeanGradientWithMomentumAndDecay(
    _ method: TrainingMethod, nesterov: Bool
  ) throws {
    try expectDefinedSteps(
      SmallTraining(
        method: method, kernels: .portable,
        optimizer: MomentumSGD(
          momentum: 0.9, nesterov: nesterov, clipValue: nesterov ? 0.01 : .infinity),
        decaysNormalization: nesterov))
  }

  /// Eight bins beside three, by cost; and groups with a least and a most of their own.
  private static let uneven = [
    WidthRules(cut: .byCost(leastChannels: 1, mostChannels: 4)),
    WidthRules(
      cut: .equal(bins: 4),
      exceptions: [
        "stem": WidthRules.Exception(bins: 8, lowest: 2, highest: 6),
        "head": WidthRules.Exception(lowest: 2),
      ]),
  ]

  @Test(arguments: TrainingMethod.all, uneven)
  func groupsMayBeCutEachInItsOwnWay(_ method: TrainingMethod, rules: WidthRules) throws {
    let training = SmallTraining(method: method, rules: rules, kernels: .portable)
    #expect(Set(try training.space().choices).count == 2)
    try expectDefinedSteps(training)
  }

  /// What the twin above does is seen to matter.
  @Test func clippingAndTemperatureChangeTheWeights() throws {
    func end(_ training: SmallTraining) throws -> Bits {
      try training.run { trainer in
        for _ in 0..<2 { _ = try trainer.advance(request: .none) }
        return Weights(of: trainer).parameters
      }[0]
    }
    let sandwich = try #require(
      TrainingMethod.all.first { $0.testDescription == "ua, sandwich" })
    let plain = SmallTraining(method: sandwich, kernels: .portable)
    var clipped = plain
    clipped.optimizer = MomentumSGD(momentum: 0.9, nesterov: true, clipValue: 0.01)
    var warm = plain
    warm.temperature = 3
    let ends = try [plain, clipped, warm].map(end)
    #expect(ends[0] != ends[1] && ends[0] != ends[2])
  }

  @Test(arguments: TrainingMethod.all, [0.5, 3]) func teachersHaveATemperature(
    _ method: TrainingMethod, temperature: Double
  ) throws {
    try expectDefinedSteps(
      SmallTraining(method: method, kernels: .portable, temperature: temperature))
  }

  @Test(arguments: TrainingMethod.all) func firstStepsMaySeeSmallImages(
    _ method: TrainingMethod
  ) throws {
    for factor in [2, 4] {
      try expectDefinedSteps(
        SmallTraining(
          method: method, kernels: .portable,
          smallImages: TrainingRecipe.SmallImages(steps: 2, factor: factor)))
    }
  }

  private func expectDefinedSteps(_ training: SmallTraining) throws {
    let history = try training.run { trainer in
      try (0..<4).map { _ in
        let before = Weights(of: trainer)
        return (before, try trainer.advance(request: .none), Weights(of: trainer))
      }
    }[0]
    let twin = try NaiveTrainer(training)
    for (step, (before, report, after)) in history.enumerated() {
      var (parameters, momenta) = (before.parameters.values, before.momenta.values)
      let expected = try twin.step(step, &parameters, &momenta)
      #expect(after.parameters == Bits(parameters), "step \(step)")
      #expect(after.momenta == Bits(momenta), "step \(step)")
      #expect(abs(report.loss - expected.losses[0]) < 1e-12)
      #expect(abs(report.top1 - expected.top1[0]) < 1e-12)
      #expect(report.rate == training.schedule.rate(at: step) && report.step == step + 1)
      #expect(report.passes.map(\.widths) == expected.widths)
      #expect(
        zip(report.passes, expected.losses).allSatisfy { abs($0.loss - $1) < 1e-12 })
      #expect(
        zip(report.passes, expected.labelLosses).allSatisfy { abs($0.labelLoss - $1) < 1e-12 })
    }
  }

  @Test func whatAStepDoesNotTouchMovesByMomentumAndDecayAlone() throws {
    let training = SmallTraining(
      method: .scripted([[4, 4], [1, 2]]), kernels: .portable,
      optimizer: MomentumSGD(momentum: 0.9, nesterov: false))
    let (before, report, after) = try training.run { trainer in
      _ = try trainer.advance(request: .none)
      let before = Weights(of: trainer)
      return (before, try trainer.advance(request: .none), Weights(of: trainer))
    }[0]
    let (decay, momentum, rate): (Float, Float, Float) = (0.01, 0.9, Float(report.rate))
    for (tensor, place) in try placesUntouched(atStep: 1, of: training) {
      let weight = before.parameters.values[place]
      let velocity = (tensor.decays ? decay * weight : 0) + momentum * before.momenta.values[place]
      #expect(after.momenta.values[place] == velocity)
      #expect(after.parameters.values[place] == weight - rate * velocity)
    }
  }

  private func placesUntouched(
    atStep step: Int, of training: SmallTraining
  ) throws -> [(ParameterTensor, Int)] {
    let space = try training.space()
    let layout = ParameterLayout(space.architecture)
    let subnets = try training.plan().step(at: step).passes[0].candidates[0][0].subnets
    let touched = layout.touchedRanges(of: subnets, in: space)
    let places = layout.tensors.flatMap { tensor in
      tensor.range.filter { place in !touched.contains { $0.contains(place) } }
        .map { (tensor, $0) }
    }
    try #require(places.count > 500)
    return places
  }

  /// A gradient left over from a wide step would show in the next, narrow or wide.
  @Test(arguments: 1...3) func noGradientOutlivesItsStep(ranks: Int) throws {
    let training = SmallTraining(
      method: .scripted([[4, 4], [1, 2], [3, 3], [4, 4]]))
    let histories = try training.run(ranks: ranks) { trainer in
      try (0..<4).map { _ in
        _ = try trainer.advance(request: .none)
        return Weights(of: trainer)
      }
    }
    for step in 1..<4 {
      let fresh = try training.run(ranks: ranks) { trainer in
        histories[0][step - 1].copy(into: trainer)
        try trainer.resume(at: step)
        _ = try trainer.advance(request: .none)
        return Weights(of: trainer)
      }
      for rank in 0..<ranks { #expect(fresh[rank] == histories[rank][step], "step \(step)") }
    }
  }
}
