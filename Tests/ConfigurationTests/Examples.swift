import Configuration
import Foundation

/// The smallest whole configurations, one for each set of conditional keys.
enum Example {
  static let jpeg = "run: {name: a}\ndata: {path: images}\n"
  static let synthetic = "run: {name: a}\ndata: {format: synthetic}\n"
  static let stepwise = """
    run: {name: a}
    data: {path: images}
    supernet: {schedule: {kind: step, milestones: [1]}}
    retrain: {schedule: {kind: step, milestones: [1]}}

    """
  static let attentive = """
    run: {name: a}
    data: {path: images}
    supernet: {sharing: cafenet, sampler: attentive, attentive: {judge: predictor}}

    """
  static let bilateral = """
    run: {name: a}
    data: {path: images}
    supernet: {sampler: complementary}
    search: {newcomers: prior}

    """
  static let predictor = """
    run: {name: a}
    data: {path: images}
    search: {method: predictor}

    """
  static let viterbi = """
    run: {name: a}
    data: {path: images}
    search: {method: viterbi}

    """
  static let byCost = """
    run: {name: a}
    data: {path: images}
    space: {cut: by-cost, groups: {stage.0.conv: {bins: 6}, stage.1.conv: {highest: 2}}}

    """
  static let growing = """
    run: {name: a}
    data: {path: images}
    supernet: {small_images: {epochs: 1}}
    retrain: {small_images: {epochs: 1}}

    """
  static let all = [
    jpeg, synthetic, stepwise, attentive, bilateral, predictor, viterbi, byCost, growing,
  ]
}

/// What a text is refused with, or nil when it is taken.
func refusal(
  _ text: String, set overrides: [String] = [], environment: [String: String] = [:]
) -> String? {
  do {
    _ = try RunConfiguration.parse(
      text: text, fileName: "run.yaml", overrides: overrides, environment: environment)
    return nil
  } catch {
    return error.description
  }
}

func parsed(
  _ text: String, set overrides: [String] = [], environment: [String: String] = [:]
) throws -> RunConfiguration {
  try RunConfiguration.parse(
    text: text, fileName: "run.yaml", overrides: overrides, environment: environment)
}

/// The top of the checkout.
let packageFolder = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
