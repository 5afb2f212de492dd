import Testing
import Training

@Suite struct LearningRateScheduleTests {
  private func rates(_ schedule: LearningRateSchedule) -> [Double] {
    (0..<schedule.totalSteps).map(schedule.rate)
  }

  @Test func warmUpRisesInEqualStepsAndReachesThePeakWithItsLast() {
    let schedule = LearningRateSchedule(
      peak: 0.5, warmupSteps: 4, totalSteps: 6, curve: .step(milestones: [], factor: 1))
    #expect(rates(schedule) == [0.125, 0.25, 0.375, 0.5, 0.5, 0.5])
  }

  /// Two steps of a ninth, then whole ones.
  @Test func stepsOnSmallImagesAreLessWork() {
    var training = SmallTraining()
    #expect((0...3).map { training.recipe.work(ofSteps: $0) } == [0, 1, 2, 3])
    training.smallImages = TrainingRecipe.SmallImages(steps: 2, factor: 3)
    let ninths: [Double] = [0, 1, 2, 11, 20]
    for (steps, expected) in ninths.enumerated() {
      #expect(abs(9 * training.recipe.work(ofSteps: steps) - expected) < 1e-12)
    }
    #expect((0...3).map { training.recipe.shrinking(at: $0) } == [3, 3, 1, 1])
  }

  @Test func aTrainingMayBeNothingButWarmUp() {
    let schedule = LearningRateSchedule(
      peak: 1, warmupSteps: 4, totalSteps: 4, curve: .cosine(final: 0))
    #expect(rates(schedule) == [0.25, 0.5, 0.75, 1])
    #expect(schedule.rate(at: 4) == 1)
  }

  @Test func linearFallsByEqualSteps() {
    let schedule = LearningRateSchedule(
      peak: 0.5, warmupSteps: 1, totalSteps: 9, curve: .linear(final: 0.25))
    let expected = [0.5, 0.5, 0.46875, 0.4375, 0.40625, 0.375, 0.34375, 0.3125, 0.28125]
    #expect(rates(schedule) == expected)
    #expect(schedule.rate(at: 9) == 0.25)
  }

  /// cos(pi / 4) and cos(pi / 8) to the last digit that counts, from a table.
  @Test func cosineFollowsTheTable() {
    let schedule = LearningRateSchedule(
      peak: 0.8, warmupSteps: 4, totalSteps: 12, curve: .cosine(final: 0))
    let expected = [
      0.2, 0.4, 0.6, 0.8,
      0.8, 0.769551813004514713, 0.682842712474619010, 0.553073372946035912, 0.4,
      0.246926627053964111, 0.117157287525380990, 0.030448186995485309,
    ]
    for (step, pair) in zip(rates(schedule), expected).enumerated() {
      #expect(abs(pair.0 - pair.1) <= 2 * schedule.peak.ulp, "step \(step)")
    }
    #expect(schedule.rate(at: 12) == 0)
  }

  @Test func cosineEndsAtItsFinalRate() {
    let schedule = LearningRateSchedule(
      peak: 1, warmupSteps: 0, totalSteps: 4, curve: .cosine(final: 0.5))
    #expect(schedule.rate(at: 0) == 1)
    #expect(abs(schedule.rate(at: 2) - 0.75) < 1e-15)
    #expect(schedule.rate(at: 4) == 0.5)
  }

  @Test func stepsFallAtTheirMilestones() {
    let schedule = LearningRateSchedule(
      peak: 1, warmupSteps: 2, totalSteps: 8, curve: .step(milestones: [3, 6], factor: 0.25))
    #expect(rates(schedule) == [0.5, 1, 1, 0.25, 0.25, 0.25, 0.0625, 0.0625])
  }

  @Test(arguments: [-1, 5]) func aWarmUpThatDoesNotFitIsACallersMistake(warmup: Int) async {
    await #expect(processExitsWith: .failure) { [warmup] in
      _ = LearningRateSchedule(
        peak: 1, warmupSteps: warmup, totalSteps: 4, curve: .linear(final: 0))
    }
  }
}
