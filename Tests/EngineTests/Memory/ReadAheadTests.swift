import Engine
import TestSupport
import Testing

@Suite struct ReadAheadTests {
  @Test(arguments: [
    (calls: 3, sizes: [5, 4000]), (40, [784, 48, 784]), (2, [100]), (500, [64, 0, 32]),
  ])
  func moreCallsThanPiecesAskForAllOfThemInOrder(calls: Int, sizes: [Int]) {
    let memory = [Float](repeating: 0, count: sizes.reduce(0, +))
    memory.withUnsafeBufferPointer { floats in
      var pieces: [ReadAhead.Share] = []
      var first = 0
      for size in sizes {
        pieces.append(ReadAhead.Share(rebasing: floats[first..<first + size]))
        first += size
      }
      var ahead = ReadAhead(pieces, calls: calls)
      var place = 0
      for _ in 0..<calls {
        let share = ahead.next()
        #expect(share.floats == 0 || share.start == floats.baseAddress! + place)
        place += share.floats
      }
      #expect(place == memory.count)
      #expect(ahead.next().floats == 0)
    }
  }

  /// Kernels only ask for the memory: neither it nor how much of it shows in their results.
  @Test func whatIsAskedForShowsInNoBits() {
    let (pixels, depth, columns) = (37, 21, 64)
    let x = seededNumbers(pixels * 32, seed: 1)
    let panel = seededNumbers(max(depth, pixels) * columns, seed: 2)
    let numbers = (0..<pixels).map(Int32.init)
    for (kernels, vectors) in KernelSet.runnablePanels {
      let width = vectors * kernels.lanes
      func results(aheadFloats: Int) -> (product: [Float], sums: [Float]) {
        var product = [Float](repeating: 0, count: pixels * width)
        kernels.multiplyGathered(
          x, 32, numbers, [0], [0], 1, depth, panel, vectors, nil, nil, 0, &product, width, numbers,
          pixels, x, aheadFloats)
        var sums = [Float](repeating: 0, count: kernels.outerRows * kernels.lanes)
        kernels.accumulateOuterProducts(
          x, 32, 32, panel, columns, columns, [0, 0, Int32(pixels)], 1, 1, &sums, false, x,
          aheadFloats)
        return (product, sums)
      }
      let expected = results(aheadFloats: 0)
      for floats in [1, 16, x.count] {
        let found = results(aheadFloats: floats)
        expectEqualBits(found.product, expected.product, "product")
        expectEqualBits(found.sums, expected.sums, "sums")
      }
      #expect(expected.product.contains { $0 != 0 } && expected.sums.contains { $0 != 0 })
    }
  }
}
