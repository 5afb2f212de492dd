import Engine

/// Batch normalisation of one shard with the activation behind it, as its paper writes it down.
///
/// `gamma` and `beta` hold one value for each channel of the map.
public struct NaiveBatchNormalization: Sendable {
  /// What is normalised.
  public let input: DenseMap
  /// The factor and the offset of every channel.
  public let gamma, beta: [Double]
  /// What follows.
  public let activation: FusedActivation
  /// Every channel's mean and biased variance.
  public let mean, variance: [Double]

  /// Takes the statistics of `input`.
  public init(_ input: DenseMap, gamma: [Double], beta: [Double], activation: FusedActivation) {
    self.input = input
    self.gamma = gamma
    self.beta = beta
    self.activation = activation
    let columns = (0..<input.shape.channels).map { channel in
      (0..<input.shape.pixels).map { input.values[$0 * input.shape.channels + channel] }
    }
    let count = Double(input.shape.pixels)
    let means = columns.map { $0.reduce(0, +) / count }
    mean = means
    variance = zip(columns, means).map { column, mean in
      column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    }
  }

  private func inverseDeviation(_ channel: Int) -> Double {
    1 / (variance[channel] + BatchNormalization.epsilon).squareRoot()
  }

  private func normalized(_ place: Place) -> Double {
    (input[place] - mean[place.channel]) * inverseDeviation(place.channel)
  }

  /// The value that the activation gets.
  public func beforeActivation(at place: Place) -> Double {
    gamma[place.channel] * normalized(place) + beta[place.channel]
  }

  /// One element of the output.
  public func output(at place: Place) -> Double { activation(beforeActivation(at: place)) }

  /// The gradients of one channel's gamma and beta.
  public func parameterGradients(_ gradient: DenseMap, channel: Int) -> (gamma: Sum, beta: Sum) {
    var (gammaSum, betaSum) = (Sum(), Sum())
    for place in input.shape.places where place.channel == channel {
      let passed = gradient[place] * activation.slope(at: beforeActivation(at: place))
      gammaSum.add(passed * normalized(place))
      betaSum.add(passed)
    }
    return (gammaSum, betaSum)
  }

  /// The gradient of the input, one element for each place of the shape.
  ///
  /// An element joins three summands, two of which are means over all pixels: it can have as many roundings as
  /// there are pixels, and three more. `x - mean` is rounded relative to `x` and to the mean.
  public func inputGradients(_ gradient: DenseMap) -> [Expected] {
    let sums = (0..<input.shape.channels).map { parameterGradients(gradient, channel: $0) }
    let count = Double(input.shape.pixels)
    return input.shape.places.map { place in
      let inverse = inverseDeviation(place.channel)
      let scale = gamma[place.channel] * inverse
      let passed = gradient[place] * activation.slope(at: beforeActivation(at: place))
      let (gammaSum, betaSum) = sums[place.channel]
      let value =
        scale * (passed - betaSum.value / count - normalized(place) * gammaSum.value / count)
      let deviation = (abs(input[place]) + abs(mean[place.channel])) * inverse
      let magnitude =
        abs(scale)
        * (abs(passed) + betaSum.magnitude / count + deviation * gammaSum.magnitude / count)
      return Expected(
        value,
        within: roundingTolerance(summands: input.shape.pixels + 3, magnitude: magnitude))
    }
  }
}
