/// Predicts a score as a sum of one effect for each group's bins, by ridge regression.
///
/// On Channel-Bench-Macro such a model explains nine tenths of the variance of trained accuracies, as much as their
/// noise allows; a smoother score matters more to a search than a stronger optimiser.
public struct AdditivePredictor: Sendable {
  private let choices: [ClosedRange<Int>]
  private let mean: Double
  /// What each width adds to the mean: [group][bins - least bins].
  public let effects: [[Double]]

  /// Fits the effects to some scores.
  ///
  /// - Parameters:
  ///   - choices: the bins that each group may take.
  ///   - samples: bins and their scores, one at least.
  ///   - ridge: what a squared effect costs against a squared error; pulls rarely seen bins to no effect.
  public init(choices: [ClosedRange<Int>], samples: [([Int], Double)], ridge: Double = 0.3) {
    precondition(!samples.isEmpty && ridge > 0, "something to fit, and a unique fit")
    self.choices = choices
    let mean = samples.reduce(0) { $0 + $1.1 } / Double(samples.count)
    self.mean = mean
    var starts: [Int] = []
    var size = 0
    for range in choices {
      starts.append(size)
      size += range.count
    }
    // The normal equations of one-hot features: counts of bins that occur together.
    var matrix = [[Double]](repeating: [Double](repeating: 0, count: size), count: size)
    var right = [Double](repeating: 0, count: size)
    for place in 0..<size { matrix[place][place] = ridge }
    for (bins, score) in samples {
      let active = zip(bins, choices).enumerated().map { starts[$0] + $1.0 - $1.1.lowerBound }
      for row in active {
        right[row] += score - mean
        for column in active { matrix[row][column] += 1 }
      }
    }
    let solution = solve(matrix, right)
    effects = zip(starts, choices).map { Array(solution[$0..<$0 + $1.count]) }
  }

  /// The predicted score of some bins.
  public func score(_ bins: [Int]) -> Double {
    var sum = mean
    for (group, kept) in bins.enumerated() {
      sum += effects[group][kept - choices[group].lowerBound]
    }
    return sum
  }
}

/// The solution of a symmetric positive definite system, by Cholesky's factorisation.
private func solve(_ matrix: [[Double]], _ right: [Double]) -> [Double] {
  let size = right.count
  var lower = matrix
  for row in 0..<size {
    for column in 0...row {
      var sum = matrix[row][column]
      for k in 0..<column { sum -= lower[row][k] * lower[column][k] }
      lower[row][column] = row == column ? sum.squareRoot() : sum / lower[column][column]
    }
  }
  var solution = right
  for row in 0..<size {
    for k in 0..<row { solution[row] -= lower[row][k] * solution[k] }
    solution[row] /= lower[row][row]
  }
  for row in (0..<size).reversed() {
    for k in row + 1..<size { solution[row] -= lower[k][row] * solution[k] }
    solution[row] /= lower[row][row]
  }
  return solution
}
