import Engine
import TestSupport
import Testing

/// The kernels of depthwise windows take their sums in the order that their documentation states, bit for bit.
@Suite struct DepthwiseOrderTests {
  private static let rows = 6
  private static let columns = 7
  private static let floats = 32

  @Test(arguments: [1, 3, 5, 7, 9], [1, 2])
  func outputsAreSummedTapByTap(kernel: Int, step: Int) {
    let (height, width) = ((Self.rows - 1) * step + kernel, (Self.columns - 1) * step + kernel)
    let source = seededNumbers(height * width * Self.floats, seed: 1)
    let weights = seededNumbers(kernel * kernel * Self.floats, seed: 2)
    for kernels in KernelSet.runnable {
      var found = [Float](repeating: .nan, count: Self.rows * Self.columns * Self.floats)
      kernels.depthwiseRows(
        source, width * Self.floats, Self.floats, Self.floats, weights, Self.floats, nil, nil, 0,
        kernel, step, &found, Self.floats, Self.rows, Self.columns)
      let expected = places { row, column, channel in
        var sum: Float = 0
        for tap in 0..<kernel * kernel {
          let pixel = (row * step + tap / kernel) * width + column * step + tap % kernel
          sum = kernels.plus(
            sum, source[pixel * Self.floats + channel], weights[tap * Self.floats + channel])
        }
        return sum
      }
      #expect(found == expected, "\(kernels.choice)")
    }
  }

  @Test(arguments: [1, 3, 5, 7, 9], [1, 2])
  func gradientsAreSummedInOrder(kernel: Int, step: Int) {
    let padding = kernel / 2
    // The gradient starts at the lowest row and column that the first input pixel meets.
    let origin = -(padding / step)
    let height = (Self.rows - 1 + padding) / step - origin + 1
    let width = (Self.columns - 1 + padding) / step - origin + 1
    let gradient = seededNumbers(height * width * Self.floats, seed: 3)
    let input = seededNumbers(Self.rows * Self.columns * Self.floats, seed: 4)
    let weights = seededNumbers(kernel * kernel * Self.floats, seed: 5)
    for kernels in KernelSet.runnable {
      var result = [Float](repeating: .nan, count: input.count)
      var sums = [Float](repeating: .nan, count: weights.count)
      var (resultAlone, sumsAlone) = (result, sums)
      func run(_ target: UnsafeMutablePointer<Float>?, _ sums: UnsafeMutablePointer<Float>?) {
        kernels.depthwiseBackward(
          gradient, width * Self.floats, Self.floats, Self.floats, input, weights, Self.floats,
          kernel, step, Self.rows, Self.columns, target, Self.floats, sums)
      }
      run(&result, &sums)
      run(&resultAlone, nil)
      run(nil, &sumsAlone)

      var expectedSums = [Float](repeating: 0, count: weights.count)
      // A 3x3 window meets the output's pixels in their order, a larger one in that of the taps.
      let taps = Array(0..<kernel * kernel)
      let ordered = kernel == 3 ? taps.reversed() : taps
      let expected = places { row, column, channel in
        var sum: Float = 0
        for tap in ordered {
          let (above, before) = (row + padding - tap / kernel, column + padding - tap % kernel)
          guard above % step == 0 && before % step == 0 else { continue }
          let pixel = (above / step - origin) * width + before / step - origin
          let met = gradient[pixel * Self.floats + channel]
          let place = tap * Self.floats + channel
          let value = input[(row * Self.columns + column) * Self.floats + channel]
          sum = kernels.plus(sum, met, weights[place])
          expectedSums[place] = kernels.plus(expectedSums[place], met, value)
        }
        return sum
      }
      #expect(result == expected && resultAlone == expected, "\(kernels.choice)")
      #expect(sums == expectedSums && sumsAlone == expectedSums, "\(kernels.choice)")
    }
  }

  /// A value for every row, column and channel.
  private func places(_ value: (Int, Int, Int) -> Float) -> [Float] {
    (0..<Self.rows).flatMap { row in
      (0..<Self.columns).flatMap { column in
        (0..<Self.floats).map { value(row, column, $0) }
      }
    }
  }
}

extension KernelSet {
  /// `sum + a * b`, rounded once where these kernels do so.
  func plus(_ sum: Float, _ a: Float, _ b: Float) -> Float {
    choice == .portable ? sum + a * b : sum.addingProduct(a, b)
  }
}
