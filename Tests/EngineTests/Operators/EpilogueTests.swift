import Engine
import TestSupport
import Testing

/// The product kernel tile by tile: every height and width of a tile, with each way to end its sums.
@Suite struct EpilogueTests {
  private static let depth = 5
  private static let stride = 16

  /// Every pixel of the list is summed in the order of the depth, and nothing behind the list is written.
  @Test func tilesOfEveryHeightAreWhole() {
    for (kernels, vectors) in KernelSet.runnablePanels {
      let width = vectors * kernels.lanes
      let panel = seededNumbers(Self.depth * width, seed: 2)
      for count in 1...25 {
        let x = seededNumbers(count * Self.stride, seed: 1)
        let found = product(kernels, x, panel, vectors, count: count)
        let expected = (0..<count * width).map { place in
          (0..<Self.depth).reduce(Float(0)) { sum, k in
            kernels.plus(
              sum, x[place / width * Self.stride + k], panel[k * width + place % width])
          }
        }
        expectEqualBits(
          Array(found.dropLast(width)), expected, "\(kernels.choice), \(vectors) x \(count)")
        #expect(found.suffix(width).allSatisfy { $0.isNaN }, "nothing behind the list is written")
      }
    }
  }

  @Test func sumsEndAsIfTheyWereNormalisedAfterwards() {
    for (kernels, vectors) in KernelSet.runnablePanels {
      let width = vectors * kernels.lanes
      let panel = seededNumbers(Self.depth * width, seed: 2)
      let scale = seededNumbers(width, seed: 3).map { 8 * $0 }
      let shift = seededNumbers(width, seed: 4).map { 4 * $0 }
      for (count, activation) in (1...25).flatMap({ count in (0...2).map { (count, $0) } }) {
        let x = seededNumbers(count * Self.stride, seed: 1)
        var expected = product(kernels, x, panel, vectors, count: count)
        let sums = expected
        kernels.scaleShiftActivate(
          sums, count, width, width, scale, shift, activation, &expected, width)
        let found = scale.withUnsafeBufferPointer { scale in
          shift.withUnsafeBufferPointer { shift in
            product(
              kernels, x, panel, vectors, count: count, scale: scale.baseAddress,
              shift: shift.baseAddress, activation: activation)
          }
        }
        expectEqualBits(
          Array(found.dropLast(width)), Array(expected.dropLast(width)),
          "\(kernels.choice), \(vectors) x \(count), activation \(activation)")
      }
    }
  }

  /// No bound hides a number that is none.
  @Test func notANumberStaysNotANumber() {
    for (kernels, vectors) in KernelSet.runnablePanels {
      let width = vectors * kernels.lanes
      let (x, ones, zeros) = (
        [Float](repeating: .nan, count: Self.stride),
        [Float](repeating: 1, count: width * Self.depth),
        [Float](repeating: 0, count: width)
      )
      for activation in 0...2 {
        let found = ones.withUnsafeBufferPointer { ones in
          zeros.withUnsafeBufferPointer { zeros in
            product(
              kernels, x, Array(ones), vectors, count: 1, scale: ones.baseAddress,
              shift: zeros.baseAddress, activation: activation)
          }
        }
        #expect(
          found.allSatisfy { $0.isNaN }, "\(kernels.choice), \(vectors), activation \(activation)")
      }
    }
  }

  /// `count` pixels by a panel, and a pixel more that stays what it was: no number.
  private func product(
    _ kernels: KernelSet, _ x: [Float], _ panel: [Float], _ vectors: Int, count: Int,
    scale: UnsafePointer<Float>? = nil, shift: UnsafePointer<Float>? = nil, activation: Int = 0
  ) -> [Float] {
    let width = vectors * kernels.lanes
    let numbers = (0..<count).map(Int32.init)
    var found = [Float](repeating: .nan, count: (count + 1) * width)
    kernels.multiplyGathered(
      x, Self.stride, numbers, [0], [0], 1, Self.depth, panel, vectors, scale, shift, activation,
      &found, width, numbers, count, x, 0)
    return found
  }
}
