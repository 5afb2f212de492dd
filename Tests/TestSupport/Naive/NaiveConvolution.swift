import Engine

/// A convolution, one element at a time: padding `kernel / 2`, a slice of a full HWIO filter.
public struct NaiveConvolution: Sendable {
  /// The slice.
  public let filter: FilterView
  /// The step of the window.
  public let stride: Int
  private let inputs, outputs: [Int]

  /// A convolution with this slice of a filter.
  public init(filter: FilterView, stride: Int) {
    self.filter = filter
    self.stride = stride
    inputs = filter.inputs.channels
    outputs = filter.outputs.channels
  }

  /// Where the weight from input `k` to output `m` of the slice lies in the full filter.
  public func weightIndex(_ tapRow: Int, _ tapColumn: Int, _ k: Int, _ m: Int) -> Int {
    ((tapRow * filter.kernel + tapColumn) * filter.fullInputs + inputs[k]) * filter.fullOutputs
      + outputs[m]
  }

  /// One element of the output.
  public func output(_ input: DenseMap, weights: [Double], at place: Place) -> Sum {
    var sum = Sum()
    for tapRow in 0..<filter.kernel {
      for tapColumn in 0..<filter.kernel {
        let row = place.row * stride + tapRow - filter.kernel / 2
        let column = place.column * stride + tapColumn - filter.kernel / 2
        guard input.contains(row: row, column: column) else { continue }
        for k in inputs.indices {
          sum.add(
            input[place.image, row, column, k]
              * weights[weightIndex(tapRow, tapColumn, k, place.channel)])
        }
      }
    }
    return sum
  }

  /// One element of the input's gradient: every output that read it sends its gradient back.
  public func inputGradient(_ gradient: DenseMap, weights: [Double], at place: Place) -> Sum {
    var sum = Sum()
    for tapRow in 0..<filter.kernel {
      for tapColumn in 0..<filter.kernel {
        let row = place.row + filter.kernel / 2 - tapRow
        let column = place.column + filter.kernel / 2 - tapColumn
        guard row % stride == 0, column % stride == 0,
          gradient.contains(row: row / stride, column: column / stride)
        else { continue }
        for m in outputs.indices {
          sum.add(
            gradient[place.image, row / stride, column / stride, m]
              * weights[weightIndex(tapRow, tapColumn, place.channel, m)])
        }
      }
    }
    return sum
  }

  /// What some images add to the gradient of one weight of the slice.
  public func weightGradient(
    _ input: DenseMap, _ gradient: DenseMap, images: Range<Int>, tapRow: Int, tapColumn: Int,
    input k: Int, output m: Int
  ) -> Sum {
    var sum = Sum()
    for image in images {
      for outputRow in 0..<gradient.shape.height {
        for outputColumn in 0..<gradient.shape.width {
          let row = outputRow * stride + tapRow - filter.kernel / 2
          let column = outputColumn * stride + tapColumn - filter.kernel / 2
          guard input.contains(row: row, column: column) else { continue }
          sum.add(input[image, row, column, k] * gradient[image, outputRow, outputColumn, m])
        }
      }
    }
    return sum
  }
}
