import Engine

/// A depthwise convolution, one element at a time: each channel on its own, padding `kernel / 2`.
public struct NaiveDepthwiseConvolution: Sendable {
  /// The side of the window, its step, and the channels of the full filter.
  public let kernel, stride, fullChannels: Int
  private let channels: [Int]

  /// A depthwise convolution with a slice of a full filter [kernel][kernel][full channels].
  public init(kernel: Int, stride: Int, fullChannels: Int, channels: ChannelSlice) {
    self.kernel = kernel
    self.stride = stride
    self.fullChannels = fullChannels
    self.channels = channels.channels
  }

  /// Where the weight of channel `c` of the slice lies in the full filter.
  public func weightIndex(_ tapRow: Int, _ tapColumn: Int, _ c: Int) -> Int {
    (tapRow * kernel + tapColumn) * fullChannels + channels[c]
  }

  /// One element of the output.
  public func output(_ input: DenseMap, weights: [Double], at place: Place) -> Sum {
    var sum = Sum()
    for tapRow in 0..<kernel {
      for tapColumn in 0..<kernel {
        let row = place.row * stride + tapRow - kernel / 2
        let column = place.column * stride + tapColumn - kernel / 2
        guard input.contains(row: row, column: column) else { continue }
        sum.add(
          input[place.image, row, column, place.channel]
            * weights[weightIndex(tapRow, tapColumn, place.channel)])
      }
    }
    return sum
  }

  /// One element of the input's gradient.
  public func inputGradient(_ gradient: DenseMap, weights: [Double], at place: Place) -> Sum {
    var sum = Sum()
    for tapRow in 0..<kernel {
      for tapColumn in 0..<kernel {
        let row = place.row + kernel / 2 - tapRow
        let column = place.column + kernel / 2 - tapColumn
        guard row % stride == 0, column % stride == 0,
          gradient.contains(row: row / stride, column: column / stride)
        else { continue }
        sum.add(
          gradient[place.image, row / stride, column / stride, place.channel]
            * weights[weightIndex(tapRow, tapColumn, place.channel)])
      }
    }
    return sum
  }

  /// What some images add to the gradient of one weight of the slice.
  public func weightGradient(
    _ input: DenseMap, _ gradient: DenseMap, images: Range<Int>, tapRow: Int, tapColumn: Int,
    channel: Int
  ) -> Sum {
    var sum = Sum()
    for image in images {
      for outputRow in 0..<gradient.shape.height {
        for outputColumn in 0..<gradient.shape.width {
          let row = outputRow * stride + tapRow - kernel / 2
          let column = outputColumn * stride + tapColumn - kernel / 2
          guard input.contains(row: row, column: column) else { continue }
          sum.add(
            input[image, row, column, channel] * gradient[image, outputRow, outputColumn, channel])
        }
      }
    }
    return sum
  }
}
