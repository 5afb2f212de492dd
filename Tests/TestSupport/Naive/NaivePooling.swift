import Engine

/// Max pooling, one window at a time: padding `kernel / 2` that never wins, the first of equals wins.
public struct NaiveMaxPooling: Sendable {
  /// The side of the window and its step.
  public let kernel, stride: Int

  /// Pooling over windows of this size and step.
  public init(kernel: Int, stride: Int) {
    self.kernel = kernel
    self.stride = stride
  }

  /// Where the maximum of an output's window lies.
  public func winner(_ input: DenseMap, at place: Place) -> Place {
    var winner: Place?
    for tapRow in 0..<kernel {
      for tapColumn in 0..<kernel {
        let row = place.row * stride + tapRow - kernel / 2
        let column = place.column * stride + tapColumn - kernel / 2
        guard input.contains(row: row, column: column) else { continue }
        let candidate = Place(
          image: place.image, row: row, column: column, channel: place.channel)
        if let held = winner, input[candidate] <= input[held] { continue }
        winner = candidate
      }
    }
    guard let winner else { preconditionFailure("the middle of a window is inside the image") }
    return winner
  }

  /// The gradient of the input: each output's gradient goes to its winner.
  public func inputGradients(_ input: DenseMap, _ gradient: DenseMap) -> [Expected] {
    var sums: [Place: Sum] = [:]
    for place in gradient.shape.places {
      sums[winner(input, at: place), default: Sum()].add(gradient[place])
    }
    return input.shape.places.map { sums[$0, default: Sum()].expected }
  }
}

/// The mean of one channel of one image.
public func naiveMean(_ input: DenseMap, image: Int, channel: Int) -> Sum {
  var sum = Sum()
  for row in 0..<input.shape.height {
    for column in 0..<input.shape.width {
      sum.add(input[image, row, column, channel] / Double(input.shape.imagePixels))
    }
  }
  return sum
}
